import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { Attack } from './barrage.ts';
import type { Draw } from './draw.ts';
import { framed, type RawCaller } from './grpc-call.ts';
import { mutated } from './mutate.ts';

/** Of the issuer, as its JWKS has it. */
export interface PublicKey {
  readonly x: string;
}

const GET_LOT = '/giaolo.parking.v1.ParkingService/GetLot';

const encoded = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

const foreign = generateKeyPairSync('ed25519');

/** A token signed by a key that is not the issuer's. */
function forged(header: object, claims: unknown): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), foreign.privateKey).toString('base64url')}`;
}

const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** Of a token that is good, the parts of one that is not. None of them may be taken for good. */
export function hostileToken(good: string, issuerKey: PublicKey, draw: Draw): string {
  const [head, body, signature] = good.split('.') as [string, string, string];
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  const kid = String(header['kid']);
  const jwk = foreign.publicKey.export({ format: 'jwk' });
  switch (draw.int(16)) {
    case 0:
      return `${encoded({ ...header, alg: draw.pick(['none', 'None', 'NONE', '']) })}.${body}.`;
    case 1: {
      // The public key as a shared secret.
      const signed = `${encoded({ ...header, alg: 'HS256' })}.${body}`;
      return `${signed}.${createHmac('sha256', issuerKey.x).update(signed).digest('base64url')}`;
    }
    case 2:
      return forged({ ...header, kid }, claims);
    case 3:
      return forged(
        { ...header, kid: draw.pick(['', '../../keys', 'x'.repeat(5_000), "' OR 1=1", '__proto__']) },
        claims,
      );
    case 4:
      return forged({ ...header, jwk, jku: 'http://127.0.0.1:1/keys', x5u: 'file:///etc/passwd' }, claims);
    case 5:
      return forged({ ...header, crit: ['b64'], b64: false }, claims);
    case 6:
      return `${encoded({ ...header, zip: 'DEF' })}.${body}.${signature}`;
    case 7:
      return `${head}.${encoded({ ...claims, grants: [{ role: 'administrator', unit: { code: 'VN' } }] })}.${signature}`;
    case 8:
      return `${head}.${encoded(deep(draw.pick([50, 1_500])))}.${signature}`;
    case 9:
      return `${encoded(deep(500))}.${body}.${signature}`;
    case 10:
      return `${good}${'A'.repeat(draw.length(20_000) + 1)}`;
    case 11:
      return draw.bytes(draw.length(6_000)).toString('base64url');
    case 12:
      return `${'.'.repeat(draw.int(50))}${good}.`;
    case 13:
      return `${head}.${body}.${encoded(draw.bytes(64).toString('latin1'))}`;
    case 14:
      return `${head}..${body}.${signature}.`;
    default: {
      const changed = mutated(Buffer.from(good, 'latin1'), draw).toString('latin1');
      // A header cannot hold more than what is printed; what is changed beyond that is changed back.
      const printable = changed.replaceAll(/[^\x21-\x7e]/g, '.');
      return printable === good ? `${good}x` : printable;
    }
  }
}

/** Hostile tokens with a call that would be answered if they were good. */
export const tokenAttacks = (caller: RawCaller, good: string, issuerKey: PublicKey): Attack[] => [
  {
    name: 'tokens',
    weight: 1,
    send: async (draw) => {
      const authorization = `Bearer ${hostileToken(good, issuerKey, draw)}`;
      const answer = await caller.call({
        headers: { ':path': GET_LOT, authorization },
        chunks: [framed(Buffer.alloc(0))],
      });
      const isRefused = answer.what === 'grpc 16';
      return isRefused ? answer : { kind: 'silent', what: `NOT REFUSED: ${answer.what}` };
    },
  },
];
