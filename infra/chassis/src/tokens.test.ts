import { beforeAll, expect, test } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import type { Principal } from './principal.ts';
import { FixedClock } from './testing/fixed-clock.ts';
import { issueToken, type KeyPair, makeKeyPair, verifierOf } from './tokens.ts';

const principal: Principal = {
  subject: 'user:an',
  unit: { code: '77', validFrom: '2025-07-01' },
  grants: [{ role: 'operator', unit: { code: '77', validFrom: '2025-07-01' } }],
};
const clock = new FixedClock();
let keys: KeyPair;

beforeAll(async () => {
  keys = await makeKeyPair();
});

const issue = (lifetimeMs: number) => issueToken(keys.privateJwk, principal, lifetimeMs, clock.now());
const invalid = (why: string) => ({
  code: 'UNAUTHENTICATED',
  reason: 'PRINCIPAL_INVALID',
  message: expect.stringContaining(why),
});

test('a token says who calls, and is verified once', async () => {
  const verifier = verifierOf(keys.jwks, { clock });
  const token = await issue(60_000);
  expect(verifier.known(token)).toBeUndefined();
  expect(await verifier.verify(token)).toMatchObject({ principal });
  expect(verifier.known(token)).toMatchObject({ principal });
});

test('a token that was verified is forgotten when it expires, 30 s late', async () => {
  const own = new FixedClock();
  const verifier = verifierOf(keys.jwks, { clock: own });
  const token = await issueToken(keys.privateJwk, principal, 60_000, own.now());
  await verifier.verify(token);
  own.advance(89_000);
  expect(verifier.known(token)).toMatchObject({ principal });
  own.advance(1_000);
  expect(verifier.known(token)).toBeUndefined();
  await expect(verifier.verify(token)).rejects.toMatchObject(invalid('expired'));
});

test('only so many tokens are kept, those used last', async () => {
  const verifier = verifierOf(keys.jwks, { clock, cacheLimit: 2 });
  const [first, second, third] = await Promise.all([issue(60_000), issue(61_000), issue(62_000)]);
  for (const token of [first, second]) await verifier.verify(token);
  verifier.known(first);
  await verifier.verify(third);
  expect([first, second, third].map((token) => verifier.known(token) !== undefined)).toEqual([true, false, true]);
});

test('refuses what is not ours, without quoting it', async () => {
  const verifier = verifierOf(keys.jwks, { clock });
  const stranger = await makeKeyPair();
  const good = await issue(60_000);
  const sign = (change: (token: SignJWT) => SignJWT) =>
    importAndSign(
      change(
        new SignJWT({ sub: 'user:an', unit: principal.unit, grants: [] })
          .setIssuer('giaolo')
          .setAudience('giaolo')
          .setExpirationTime(clock.now() / 1_000 + 60),
      ),
    );
  const importAndSign = async (token: SignJWT) => {
    const { importJWK } = await import('jose');
    return token
      .setProtectedHeader({ alg: 'EdDSA', kid: keys.privateJwk.kid as string })
      .sign(await importJWK(keys.privateJwk, 'EdDSA'));
  };
  const es256 = await generateKeyPair('ES256');
  const cases: [token: string, why: string][] = [
    ['nonsense', 'malformed'],
    [await issue(-31_000), 'expired'],
    [await issueToken(stranger.privateJwk, principal, 60_000, clock.now()), 'unknown key'],
    [`${good.slice(0, -8)}AAAAAAAA`, 'signature'],
    [await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(es256.privateKey), 'another algorithm'],
    [await sign((token) => token.setIssuer('elsewhere')), 'claim iss'],
    [await sign((token) => token.setAudience('elsewhere')), 'claim aud'],
    [await sign((token) => token.setSubject('')), 'claim sub'],
    ['x'.repeat(10_000), 'too long'],
  ];
  for (const [token, why] of cases) {
    const error = await verifier.verify(token).catch((error: unknown) => error as Error);
    expect(error).toMatchObject(invalid(why));
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain(token.slice(-20));
  }
});

test('a token without an end, or without a unit, is refused', async () => {
  const verifier = verifierOf(keys.jwks, { clock });
  const { importJWK } = await import('jose');
  const key = await importJWK(keys.privateJwk, 'EdDSA');
  const header = { alg: 'EdDSA', kid: keys.privateJwk.kid as string };
  const endless = new SignJWT({ sub: 'a', unit: principal.unit, grants: [] }).setIssuer('giaolo').setAudience('giaolo');
  const homeless = new SignJWT({ sub: 'a', grants: [] })
    .setIssuer('giaolo')
    .setAudience('giaolo')
    .setExpirationTime(clock.now() / 1_000 + 60);
  await expect(verifier.verify(await endless.setProtectedHeader(header).sign(key))).rejects.toMatchObject(
    invalid('exp'),
  );
  await expect(verifier.verify(await homeless.setProtectedHeader(header).sign(key))).rejects.toMatchObject(
    invalid('unit'),
  );
});
