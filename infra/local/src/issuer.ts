import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Principal, Unit } from '@giaolo/chassis/principal';
import { issueToken, makeKeyPair } from '@giaolo/chassis/tokens';
import { Trouble } from './trouble.ts';

/** The unit in which everything acts that the local platform starts: a province of our own invention. */
export const sampleUnit: Unit = { code: '00', validFrom: '2025-07-01' };

const DAY_MS = 86_400_000;

/** Signs bearer tokens for a platform on this machine; stands in for an identity provider. */
export interface Issuer {
  /** File with the public keys. */
  readonly jwksFile: string;
  issue(principal: Principal, lifetimeMs?: number): Promise<string>;
  /** Issues a token into a file that only this user can read, and answers where. */
  write(name: string, principal: Principal): Promise<string>;
}

const secretFile = (dir: string) => join(dir, 'issuer.jwk');

/** The issuer whose keys stand in `dir`; makes them when there are none. */
export async function openIssuer(dir: string): Promise<Issuer> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  const jwksFile = join(dir, 'jwks.json');
  if (!existsSync(secretFile(dir))) {
    const { privateJwk, jwks } = await makeKeyPair();
    writeSecret(jwksFile, JSON.stringify(jwks));
    writeSecret(secretFile(dir), JSON.stringify(privateJwk)); // last: when it is there, both are
  }
  return issuerOf(dir);
}

/** @throws {Trouble} when no platform ever made keys in `dir` */
export function issuerOf(dir: string): Issuer {
  if (!existsSync(secretFile(dir))) throw new Trouble('no keys are there yet: run scripts/start once');
  const privateJwk = JSON.parse(readFileSync(secretFile(dir), 'utf8'));
  const issue = (principal: Principal, lifetimeMs = 30 * DAY_MS) => issueToken(privateJwk, principal, lifetimeMs);
  return {
    jwksFile: join(dir, 'jwks.json'),
    issue,
    write: async (name, principal) => {
      const file = join(dir, `${name}.token`);
      writeSecret(file, await issue(principal));
      return file;
    },
  };
}

function writeSecret(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
