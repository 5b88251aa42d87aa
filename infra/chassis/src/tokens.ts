import { readFile } from 'node:fs/promises';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import { z } from 'zod';
import { type Clock, type Instant, wallClock } from './clock.ts';
import { principalInvalid } from './errors.ts';
import type { Principal } from './principal.ts';

const ALGORITHM = 'EdDSA';
const ISSUER = 'giaolo';
const AUDIENCE = 'giaolo';
const TOLERANCE_S = 30;
const CACHE_LIMIT = 10_000;
const MAX_TOKEN_LENGTH = 8_192;

const claims = z.object({
  sub: z.string().min(1).max(256),
  exp: z.number(),
  unit: z.object({ code: z.string().min(1), validFrom: z.iso.date() }),
  roles: z.array(z.string()),
});

export interface Verifier {
  /** Who a token speaks for, when it was verified before and still holds. */
  known(token: string): Principal | undefined;
  /** Throws PRINCIPAL_INVALID. */
  verify(token: string): Promise<Principal>;
}

interface Verified {
  readonly principal: Principal;
  readonly expiresAt: Instant;
}

export interface VerifierOptions {
  readonly clock?: Clock;
  /** Verified tokens that are kept. */
  readonly cacheLimit?: number;
}

/** Reads the public keys (JWKS) of the issuer. */
export async function verifier(jwksFile: string, options: VerifierOptions = {}): Promise<Verifier> {
  return verifierOf(JSON.parse(await readFile(jwksFile, 'utf8')), options);
}

/** EdDSA only, issuer and audience `giaolo`, an expiry required. */
export function verifierOf(keys: JSONWebKeySet, options: VerifierOptions = {}): Verifier {
  const { clock = wallClock, cacheLimit = CACHE_LIMIT } = options;
  const keySet = createLocalJWKSet(keys);
  // In the order of use: a token that is used moves to the end, the first is forgotten when there are too many.
  const cache = new Map<string, Verified>();

  return {
    known(token) {
      const verified = cache.get(token);
      if (!verified) return undefined;
      cache.delete(token);
      if (verified.expiresAt <= clock.now()) return undefined;
      cache.set(token, verified);
      return verified.principal;
    },
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw principalInvalid('too long');
      const verified = await verifyToken(token, keySet, clock.now());
      cache.set(token, verified);
      if (cache.size > cacheLimit) cache.delete(cache.keys().next().value as string);
      return verified.principal;
    },
  };
}

async function verifyToken(token: string, keys: ReturnType<typeof createLocalJWKSet>, now: Instant): Promise<Verified> {
  let payload: unknown;
  try {
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [ALGORITHM], clockTolerance: TOLERANCE_S };
    ({ payload } = await jwtVerify(token, keys, { ...options, currentDate: new Date(now) }));
  } catch (error) {
    throw principalInvalid(whyInvalid(error));
  }
  const read = claims.safeParse(payload);
  if (!read.success) throw principalInvalid(`claim ${read.error.issues[0]?.path.join('.')} is missing or malformed`);
  const { sub, unit, roles, exp } = read.data;
  return { principal: { subject: sub, unit, roles }, expiresAt: (exp + TOLERANCE_S) * 1_000 };
}

/** In our words: those of the library may quote the token. */
function whyInvalid(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `claim ${error.claim} is not the one expected`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'signed by an unknown key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is wrong';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'signed by another algorithm';
  return 'malformed';
}

export interface KeyPair {
  /** Signs tokens; keep it secret. */
  readonly privateJwk: JWK;
  /** What services verify with; write it as the JWKS file. */
  readonly jwks: JSONWebKeySet;
}

export async function makeKeyPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const name = { kid: await calculateJwkThumbprint(publicJwk), alg: ALGORITHM, use: 'sig' };
  return { privateJwk: { ...(await exportJWK(privateKey)), ...name }, jwks: { keys: [{ ...publicJwk, ...name }] } };
}

/** For the issuer of the local platform and for tests. A lifetime below zero makes an expired token. */
export async function issueToken(
  privateJwk: JWK,
  principal: Principal,
  lifetimeMs: number,
  now = wallClock.now(),
): Promise<string> {
  const { subject, unit, roles } = principal;
  return new SignJWT({ unit, roles })
    .setProtectedHeader({ alg: ALGORITHM, ...(privateJwk.kid && { kid: privateJwk.kid }) })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject)
    .setIssuedAt(Math.floor(now / 1_000))
    .setExpirationTime(Math.floor((now + lifetimeMs) / 1_000))
    .sign(await importJWK(privateJwk, ALGORITHM));
}
