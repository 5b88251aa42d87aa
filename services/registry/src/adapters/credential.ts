import { createHash, createPublicKey, hash, type KeyObject } from 'node:crypto';
import { demand } from '@giaolo/chassis/demand';
import { type Credential, SharedSecret_Kind as SecretKind } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { defaultSecrets } from '../device/default-secrets.ts';
import type { Hardware } from '../device/device.ts';
import type { CredentialKind } from '../device/kinds.ts';
import { deviceId } from './names.ts';
import { refused } from './refused.ts';

/** What a request says of the hardware in a device. */
export interface HardwareRequest {
  readonly name: string;
  readonly maker: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly credential?: Credential | undefined;
}

const DIGEST_BYTES = 32;
const MOST_KEY_BYTES = 4_096;
const LEAST_RSA_BITS = 2_048;
const curves = ['prime256v1', 'secp384r1'];

const secretKinds = new Map<SecretKind, CredentialKind>([
  [SecretKind.KIND_PASSWORD, 'password'],
  [SecretKind.KIND_SNMP_COMMUNITY, 'snmp-community'],
  [SecretKind.KIND_PRE_SHARED_KEY, 'pre-shared-key'],
]);

/** Throws REQUEST_INVALID, CREDENTIAL_DEFAULT, CREDENTIAL_WEAK. */
export function readHardware(request: HardwareRequest): Hardware {
  const { maker, model, serialNumber, credential } = request;
  const within = (text: string): [boolean, string] => [
    /\S/.test(text) && text.length <= 100,
    'must be 1 to 100 characters',
  ];
  const proof = credential?.proof;
  const digest = proof?.$case === 'sharedSecret' ? proof.value.digest : proof?.value;
  const isKey = proof?.$case === 'publicKey';
  demand({
    maker: within(maker),
    model: within(model),
    serial_number: within(serialNumber),
    credential: [proof !== undefined, 'must be given'],
    ...(proof && {
      [`credential.${isKey ? 'public_key' : 'digest'}`]: isKey
        ? [proof.value.length > 0 && proof.value.length <= MOST_KEY_BYTES, 'must be a key in DER']
        : [digest?.length === DIGEST_BYTES, `must be ${DIGEST_BYTES} bytes`],
    }),
    ...(proof?.$case === 'sharedSecret' && {
      'credential.shared_secret.kind': [secretKinds.has(proof.value.kind), 'must be one of the kinds'],
    }),
  });
  return { maker, model, serialNumber, ...judgeProof(proof as Proof, request) };
}

type Proof = NonNullable<Credential['proof']>;

function judgeProof(proof: Proof, request: HardwareRequest): Pick<Hardware, 'credentialKind' | 'fingerprint'> {
  switch (proof.$case) {
    case 'publicKey':
      if (!isStrong(proof.value)) throw refused('CREDENTIAL_WEAK', { device: request.name });
      return { credentialKind: 'public-key', fingerprint: hash('sha256', proof.value, 'hex') };
    case 'certificateFingerprint':
      return { credentialKind: 'certificate', fingerprint: Buffer.from(proof.value).toString('hex') };
    case 'sharedSecret':
      if (isDefault(proof.value.digest, request)) throw refused('CREDENTIAL_DEFAULT', { device: request.name });
      return { credentialKind: secretKinds.get(proof.value.kind) as CredentialKind, fingerprint: '' };
    default:
      return proof satisfies never;
  }
}

/** The digest as the contract has it; a name in it keeps equal secrets of two devices apart. */
export const secretDigest = (device: string, secret: string): Buffer =>
  createHash('sha256').update(`giaolo-device-secret-v1\n${device}\n${secret}`, 'utf8').digest();

function isDefault(digest: Uint8Array, { name, maker, model, serialNumber }: HardwareRequest): boolean {
  const secrets = defaultSecrets({ id: deviceId(name), maker, model, serialNumber });
  const given = Buffer.from(digest);
  return [...secrets].some((secret) => secretDigest(name, secret).equals(given));
}

function isStrong(der: Uint8Array): boolean {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    demand({ 'credential.public_key': [false, 'must be a SubjectPublicKeyInfo in DER'] });
    return false;
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return true;
  if (type === 'ec') return curves.includes(details?.namedCurve ?? '');
  return type === 'rsa' && (details?.modulusLength ?? 0) >= LEAST_RSA_BITS;
}
