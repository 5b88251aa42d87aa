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
import { every } from './every.ts';
import { log } from './log.ts';
import { type Grant, type Principal, type Role, roles } from './principal.ts';

const ALGORITHM = 'EdDSA';
const ISSUER = 'giaolo';
const AUDIENCE = 'giaolo';
const TOLERANCE_S = 30;
const CACHE_LIMIT = 10_000;
const MAX_TOKEN_LENGTH = 8_192;

const KEYS_REREAD_MS = 30_000;
const SOONEST_REREAD_MS = 1_000;
const MOST_GRANTS = 100;

const unit = z.object({ code: z.string().regex(/^[A-Za-z0-9-]{1,16}$/), validFrom: z.iso.date() });
const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

const claims = z.object({
  sub: z.string().min(1).max(256),
  exp: z.number(),
  unit,
  grants: z.array(z.object({ role: z.string(), unit })).max(MOST_GRANTS),
});

/** Who a token speaks for, and until when. */
export interface Identity {
  readonly principal: Principal;
  readonly expiresAt: Instant;
}

export interface Verifier {
  /** Who a token speaks for, when it was verified before and still holds. */
  known(token: string): Identity | undefined;
  /** Throws PRINCIPAL_INVALID. */
  verify(token: string): Promise<Identity>;
}

export interface VerifierOptions {
  readonly clock?: Clock;
  /** Verified tokens that are kept. */
  readonly cacheLimit?: number;
}

export interface FileVerifier extends Verifier {
  stop(): Promise<void>;
}

/**
 * Verifies by the public keys (JWKS) in a file, which is read anew every 30 s, and when a token names a key that is not
 * in it: keys rotate without a restart, and tokens of a key that was taken out are refused.
 */
export async function verifier(jwksFile: string, options: VerifierOptions = {}): Promise<FileVerifier> {
  let text = await readFile(jwksFile, 'utf8');
  let current = verifierOf(JSON.parse(text), options);
  let readAt = performance.now();
  const reread = async (): Promise<void> => {
    readAt = performance.now();
    try {
      const now = await readFile(jwksFile, 'utf8');
      if (now === text) return;
      current = verifierOf(JSON.parse(now), options);
      text = now;
      log.info('the keys that sign tokens were read anew');
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'the keys that sign tokens cannot be read; the last ones hold');
    }
  };
  const rounds = every(KEYS_REREAD_MS, reread);
  return {
    known: (token) => current.known(token),
    async verify(token) {
      try {
        return await current.verify(token);
      } catch (error) {
        if (!isUnknownKey(error) || performance.now() - readAt < SOONEST_REREAD_MS) throw error;
        await reread();
        return current.verify(token);
      }
    },
    stop: () => rounds.stop(),
  };
}

const UNKNOWN_KEY = 'signed by an unknown key';
const isUnknownKey = (error: unknown): boolean => error instanceof Error && error.message.endsWith(UNKNOWN_KEY);

/** EdDSA only, issuer and audience `giaolo`, an expiry required. */
export function verifierOf(keys: JSONWebKeySet, options: VerifierOptions = {}): Verifier {
  const { clock = wallClock, cacheLimit = CACHE_LIMIT } = options;
  const keySet = createLocalJWKSet(keys);
  // In the order of use: a token that is used moves to the end, the first is forgotten when there are too many.
  const cache = new Map<string, Identity>();

  return {
    known(token) {
      const identity = cache.get(token);
      if (!identity) return undefined;
      cache.delete(token);
      if (identity.expiresAt <= clock.now()) return undefined;
      cache.set(token, identity);
      return identity;
    },
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw principalInvalid('too long');
      const identity = await verifyToken(token, keySet, clock.now());
      cache.set(token, identity);
      if (cache.size > cacheLimit) cache.delete(cache.keys().next().value as string);
      return identity;
    },
  };
}

async function verifyToken(token: string, keys: ReturnType<typeof createLocalJWKSet>, now: Instant): Promise<Identity> {
  let payload: unknown;
  try {
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [ALGORITHM], clockTolerance: TOLERANCE_S };
    ({ payload } = await jwtVerify(token, keys, { ...options, currentDate: new Date(now) }));
  } catch (error) {
    throw principalInvalid(whyInvalid(error));
  }
  const read = claims.safeParse(payload);
  if (!read.success) throw principalInvalid(`claim ${read.error.issues[0]?.path.join('.')} is missing or malformed`);
  const { sub, unit, grants, exp } = read.data;
  // A role of a later release means nothing here.
  const known = grants.filter((grant): grant is Grant => isRole(grant.role));
  return { principal: { subject: sub, unit, grants: known }, expiresAt: (exp + TOLERANCE_S) * 1_000 };
}

/** In our words: those of the library may quote the token. */
function whyInvalid(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `claim ${error.claim} is not the one expected`;
  if (error instanceof errors.JWKSNoMatchingKey) return UNKNOWN_KEY;
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
  const { subject, unit, grants } = principal;
  return new SignJWT({ unit, grants })
    .setProtectedHeader({ alg: ALGORITHM, ...(privateJwk.kid && { kid: privateJwk.kid }) })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject)
    .setIssuedAt(Math.floor(now / 1_000))
    .setExpirationTime(Math.floor((now + lifetimeMs) / 1_000))
    .sign(await importJWK(privateJwk, ALGORITHM));
}
