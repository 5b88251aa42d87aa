import type { Route } from '@giaolo/chassis/http-route';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { an, type HttpFixture, here, serveRoutes } from './http-fixture.ts';

const acts: string[] = [];
const routes: Route[] = [
  {
    method: 'POST',
    path: '/v1/act',
    access: 'anyone',
    handle(_request, response, { principal }) {
      acts.push(principal.subject);
      response.status(204).end();
    },
  },
];

const PUBLIC = 'https://giaolo.example';
const setCookie = (headers: { 'set-cookie'?: string[] | undefined }) => headers['set-cookie']?.[0] ?? '';

let local: HttpFixture;
let open: HttpFixture;

beforeAll(async () => {
  [local, open] = await Promise.all([serveRoutes(routes), serveRoutes(routes, { publicOrigin: PUBLIC })]);
});
afterAll(async () => {
  await Promise.all([local.server.stop(), open.server.stop()]);
});

async function signIn(fixture: HttpFixture, headers = {}): Promise<string> {
  const answer = await fixture.ask('POST', '/v1/session', {
    authorization: `Bearer ${await fixture.token()}`,
    ...headers,
  });
  expect(answer.status).toBe(201);
  return setCookie(answer.headers).split(';')[0] ?? '';
}

test('a session begins with a bearer token, and tells whose it is', async () => {
  const token = await local.token(an('viewer'), 60_000);
  const { status, headers, body } = await local.ask('POST', '/v1/session', { authorization: `Bearer ${token}` });
  expect(status).toBe(201);
  expect(setCookie(headers)).toMatch(
    /^giaolo_session=[\w.-]+; Max-Age=\d+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
  );
  const whose = { ...an('viewer'), expiresAt: expect.any(Number) };
  expect(body).toEqual(whose);
  const cookie = setCookie(headers).split(';')[0] ?? '';
  const read = await local.ask('GET', '/v1/session', { cookie: `other=1; ${cookie}; more="a=b"` });
  expect(read).toMatchObject({ status: 200, body: whose, headers: { 'cache-control': 'no-store' } });
});

test('behind TLS the cookie is bound to the host', async () => {
  const cookie = await signIn(open, { host: 'giaolo.example' });
  expect(cookie).toMatch(/^__Host-giaolo_session=/);
  const answer = await open.ask('POST', '/v1/session', { authorization: `Bearer ${await open.token()}` });
  expect(setCookie(answer.headers)).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  // One that could have been set by anybody who spoke plain HTTP for the host.
  expect(await open.ask('GET', '/v1/session', { cookie: cookie.replace('__Host-', '') })).toMatchObject({
    status: 401,
  });
});

test('a session ends, also one that does not hold any more', async () => {
  const sameOrigin = { 'sec-fetch-site': 'same-origin' };
  for (const cookie of [await signIn(local), 'giaolo_session=gone', '']) {
    const { status, headers } = await local.ask('DELETE', '/v1/session', { cookie, ...sameOrigin });
    expect([status, setCookie(headers)]).toEqual([
      204,
      expect.stringContaining('giaolo_session=; Path=/; Expires=Thu, 01 Jan 1970'),
    ]);
  }
});

test.each<[string, () => Promise<Record<string, string>>, string]>([
  ['no session', async () => ({}), 'PRINCIPAL_MISSING'],
  ['an empty session', async () => ({ cookie: 'giaolo_session=' }), 'PRINCIPAL_MISSING'],
  ['a forged session', async () => ({ cookie: 'giaolo_session=a.b.c' }), 'PRINCIPAL_INVALID'],
  [
    'a session whose token has expired',
    async () => ({ cookie: `giaolo_session=${await local.token(an(), -31_000)}` }),
    'PRINCIPAL_INVALID',
  ],
])('%s is nobody', async (_, headers, reason) => {
  const sent = { ...(await headers()), 'sec-fetch-site': 'same-origin' };
  expect(await local.ask('GET', '/v1/session', sent)).toMatchObject({ status: 401, body: { reason } });
  expect(await local.ask('POST', '/v1/act', sent)).toMatchObject({ status: 401, body: { reason } });
});

test('no session begins without a token that holds, or with one that no browser keeps', async () => {
  expect(await local.ask('POST', '/v1/session')).toMatchObject({ status: 401, body: { reason: 'PRINCIPAL_MISSING' } });
  const authorization = `Bearer ${await local.token(an(), -31_000)}`;
  const refused = await local.ask('POST', '/v1/session', { authorization });
  expect(refused).toMatchObject({ status: 401, body: { reason: 'PRINCIPAL_INVALID' } });
  expect(setCookie(refused.headers)).toBe('');
  const many = { ...an(), grants: Array.from({ length: 60 }, () => ({ role: 'viewer' as const, unit: here })) };
  const long = await local.ask('POST', '/v1/session', { authorization: `Bearer ${await local.token(many)}` });
  expect(long).toMatchObject({ status: 400, body: { reason: 'REQUEST_INVALID' } });
  // It is good for those who carry it themselves.
  expect(await local.ask('POST', '/v1/act', { authorization: `Bearer ${await local.token(many)}` })).toMatchObject({
    status: 204,
  });
});

describe('other pages', () => {
  type Case = [method: 'GET' | 'POST' | 'DELETE', headers: Record<string, string>, allowed: boolean];
  const cases: Case[] = [
    ['POST', { 'sec-fetch-site': 'same-origin' }, true],
    ['POST', { 'sec-fetch-site': 'cross-site' }, false],
    // Another port, or another name under the same domain.
    ['POST', { 'sec-fetch-site': 'same-site' }, false],
    ['POST', { 'sec-fetch-site': 'none' }, false],
    ['POST', { origin: 'SELF' }, true],
    ['POST', { origin: 'SELF', 'sec-fetch-site': 'cross-site' }, false],
    ['POST', { origin: 'https://evil.example' }, false],
    ['POST', { origin: 'null' }, false],
    ['POST', {}, false],
    ['DELETE', { 'sec-fetch-site': 'cross-site' }, false],
    ['DELETE', {}, false],
    ['GET', { 'sec-fetch-site': 'same-origin' }, true],
    ['GET', { 'sec-fetch-site': 'none' }, true],
    ['GET', { 'sec-fetch-site': 'same-site' }, false],
    ['GET', { 'sec-fetch-site': 'cross-site' }, false],
    ['GET', {}, true],
  ];
  const paths = { GET: '/v1/session', POST: '/v1/act', DELETE: '/v1/session' };

  test.each(cases)('%s with the cookie and %j: %s', async (method, headers, allowed) => {
    for (const [fixture, origin, host] of [
      [local, `http://${local.server.address}`, local.server.address],
      [open, PUBLIC, 'giaolo.example'],
    ] as const) {
      const cookie = await signIn(fixture, { host });
      const own = headers['origin'] === 'SELF' ? { ...headers, origin } : headers;
      const before = acts.length;
      const { status } = await fixture.ask(method, paths[method], { host, cookie, ...own });
      expect(status === 403).toBe(!allowed);
      expect(acts.length - before).toBe(method === 'POST' && allowed ? 1 : 0);
    }
  });

  test('the origin is the whole of it, not a name that begins like it', async () => {
    const cookie = await signIn(open, { host: 'giaolo.example' });
    for (const origin of ['http://giaolo.example', 'https://giaolo.example.evil', `${PUBLIC}:8443`])
      expect(await open.ask('POST', '/v1/act', { host: 'giaolo.example', cookie, origin })).toMatchObject({
        status: 403,
      });
  });

  test('a token that a caller carries itself is no matter of pages', async () => {
    const authorization = `Bearer ${await local.token()}`;
    expect(await local.ask('POST', '/v1/act', { authorization, 'sec-fetch-site': 'cross-site' })).toMatchObject({
      status: 204,
    });
  });

  test('names that are not ours are not answered', async () => {
    for (const host of ['city.example', '127.0.0.1.evil.example'])
      expect(await local.ask('GET', '/v1/session', { host })).toMatchObject({ status: 403 });
    expect(await open.ask('GET', '/v1/session', { host: 'city.example' })).toMatchObject({ status: 403 });
  });
});
