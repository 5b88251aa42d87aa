import { text } from 'node:stream/consumers';
import { allow } from '@giaolo/chassis/access';
import { ambient } from '@giaolo/chassis/ambient';
import { ServiceError } from '@giaolo/chassis/errors';
import type { Route } from '@giaolo/chassis/http-route';
import { EventStreams, eventFrame } from '@giaolo/chassis/sse';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { an, answerTo, elsewhere, type HttpFixture, here, serveRoutes } from './http-fixture.ts';

const streams = new EventStreams({
  heartbeat: () => eventFrame('clock', '{"now":1}'),
  heartbeatMs: 40,
  maxBufferedBytes: 200_000,
});
const cut = Promise.withResolvers<void>();
const resumed: (string | undefined)[] = [];
const bodies: unknown[] = [];
const operators = allow('operator');

const routes: Route[] = [
  {
    method: 'GET',
    path: '/v1/me',
    access: 'anyone',
    handle: (_request, response, { principal }) =>
      response.json({ subject: principal.subject, forwarded: ambient()?.token !== undefined }),
  },
  {
    method: 'POST',
    path: '/v1/echo',
    access: 'anyone',
    handle: (request, response) => {
      bodies.push(request.body);
      response.json(request.body);
    },
  },
  {
    method: 'GET',
    path: '/v1/full',
    access: 'public',
    handle() {
      throw new ServiceError('RESOURCE_EXHAUSTED', 'LOT_FULL', 'no space is free', {
        domain: 'parking.giaolo',
        retryAfterMs: 1_500,
        localized: { vi: 'Bãi xe đã đầy.', en: 'The car park is full.' },
      });
    },
  },
  {
    method: 'GET',
    path: '/v1/broken',
    access: 'public',
    handle: async () => {
      throw new Error('password is hunter2');
    },
  },
  {
    method: 'GET',
    path: '/v1/lots/:lot',
    access: 'public',
    handle: (request, response) => response.json(request.params),
  },
  {
    method: 'GET',
    path: '/v1/units/:code',
    access: operators,
    handle(request, response, { rights }) {
      rights.require(request.params['code'] === here.code ? here : elsewhere);
      response.json({});
    },
  },
  {
    method: 'GET',
    path: '/v1/careless',
    access: operators,
    handle: (_request, response) => response.json({ secret: 1 }),
  },
  {
    method: 'GET',
    path: '/v1/careless-live',
    access: operators,
    handle: (request, response, caller) => streams.open(request, response, caller).send(eventFrame('secret', '{}')),
  },
  {
    method: 'GET',
    path: '/v1/live',
    access: 'anyone',
    handle(request, response, caller) {
      const client = streams.open(request, response, caller);
      resumed.push(client.resumeToken);
      client.send(eventFrame('snapshot', '{}', 'token-1'));
    },
  },
  {
    method: 'GET',
    path: '/v1/flood',
    access: 'anyone',
    handle(request, response, caller) {
      const client = streams.open(request, response, caller);
      const frame = eventFrame('changes', 'x'.repeat(50_000));
      const flood = () => (client.send(frame) ? setImmediate(flood) : cut.resolve());
      flood();
    },
  },
];

let fixture: HttpFixture;
let authorization: string;
const { ask, send } = {
  ask: (...asked: Parameters<HttpFixture['ask']>) => fixture.ask(...asked),
  send: (...sent: Parameters<HttpFixture['send']>) => fixture.send(...sent),
};

beforeAll(async () => {
  fixture = await serveRoutes(routes, { csp: { 'img-src': ["'self'", 'data:'] } });
  authorization = `Bearer ${await fixture.token()}`;
});

afterAll(async () => {
  streams.end();
  await fixture.server.stop();
});

test('knows who asks, by a token that is verified', async () => {
  expect((await ask('GET', '/v1/me', { authorization })).body).toEqual({ subject: 'user:an', forwarded: true });
});

test.each<[string, () => Record<string, string> | Promise<Record<string, string>>, string]>([
  ['no token', () => ({}), 'PRINCIPAL_MISSING'],
  ['no bearer token', () => ({ authorization: 'Basic YTpi' }), 'PRINCIPAL_INVALID'],
  ['nonsense', () => ({ authorization: 'Bearer nonsense' }), 'PRINCIPAL_INVALID'],
  [
    'an expired token',
    async () => ({ authorization: `Bearer ${await fixture.token(an(), -31_000)}` }),
    'PRINCIPAL_INVALID',
  ],
])('%s: 401 on every route that is not public, before its body is read', async (_, headers, reason) => {
  const sent = await headers();
  for (const { method, path } of fixture.server.routes.filter(({ access }) => access !== 'public'))
    expect([path, await ask(method, path, sent)]).toMatchObject([path, { status: 401, body: { reason } }]);
  const json = { 'content-type': 'application/json' };
  expect(await ask('POST', '/v1/echo', { ...sent, ...json }, '{"who":"nobody"}')).toMatchObject({ status: 401 });
  expect(bodies).toEqual([]);
});

test("no role, and a unit that is not the caller's: 403 with the reason that gRPC gives", async () => {
  const bearer = async (...who: Parameters<typeof an>) => ({
    authorization: `Bearer ${await fixture.token(an(...who))}`,
  });
  const read = async (code: string, headers: Record<string, string>) => {
    const { status, body } = await ask('GET', `/v1/units/${code}`, headers);
    return [status, body['reason'], body['metadata']];
  };
  expect(await read('77', { authorization })).toEqual([200, undefined, undefined]);
  expect(await read('79', { authorization })).toEqual([403, 'UNIT_FOREIGN', { unit: '79/2025-07-01' }]);
  expect(await read('79', await bearer('operator', elsewhere))).toEqual([200, undefined, undefined]);
  expect(await read('77', await bearer('viewer'))).toEqual([403, 'ROLE_MISSING', { wanted: 'operator' }]);
});

test.each(['/v1/careless', '/v1/careless-live'])(
  '%s, made without a look at the rights, does not leave',
  async (path) => {
    const answer = await answerTo(send('GET', path, { authorization }));
    expect(answer.statusCode).toBe(500);
    expect(await text(answer)).not.toContain('secret');
  },
);

test('refusals are problems, in the language asked for', async () => {
  const { status, headers, body } = await ask('GET', '/v1/full', { 'accept-language': 'vi-VN,en;q=0.5' });
  expect(status).toBe(429);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(headers['retry-after']).toBe('2');
  expect(body).toMatchObject({ detail: 'Bãi xe đã đầy.', reason: 'LOT_FULL', domain: 'parking.giaolo', status: 429 });
  expect((await ask('GET', '/v1/full', { 'accept-language': 'en' })).body['detail']).toBe('The car park is full.');
});

test('faults keep their inside to themselves', async () => {
  const { status, body } = await ask('GET', '/v1/broken', { 'accept-language': 'en' });
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toContain('hunter2');
});

test('unknown paths, wrong methods and unreadable bodies are problems', async () => {
  const json = { 'content-type': 'application/json' };
  expect(await ask('GET', '/v1/nothing')).toMatchObject({ status: 404, body: { status: 404 } });
  const wrong = await ask('DELETE', '/v1/full');
  expect(wrong.status).toBe(405);
  expect(wrong.headers['allow']).toBe('GET');
  expect(await ask('POST', '/v1/echo', { authorization, ...json }, '{')).toMatchObject({
    status: 400,
    body: { reason: 'REQUEST_INVALID' },
  });
  const large = JSON.stringify('x'.repeat(256 * 1024));
  expect(await ask('POST', '/v1/echo', { authorization, ...json }, large)).toMatchObject({
    status: 413,
    body: { reason: 'REQUEST_INVALID' },
  });
  expect(await ask('GET', '/v1/lots/%E0%A4%A')).toMatchObject({ status: 400, body: { reason: 'REQUEST_INVALID' } });
});

test('pages may load from us only, and what the service adds', async () => {
  const { headers } = await ask('GET', '/v1/me', { authorization });
  expect(headers['content-security-policy']).toBe("default-src 'self';img-src 'self' data:");
  expect(headers['x-powered-by']).toBeUndefined();
});

test('an event stream carries ids, beats when silent, and tells where to resume', async () => {
  const response = await answerTo(send('GET', '/v1/live', { authorization, 'last-event-id': 'token-0' }));
  expect(response.headers['content-type']).toBe('text/event-stream');
  let read = '';
  for await (const chunk of response) {
    read += chunk;
    if (read.split('event: clock').length > 3) break;
  }
  expect(read).toMatch(/^retry: 1000\n\nid: token-1\nevent: snapshot\ndata: {}\n\nevent: clock\ndata: {"now":1}\n\n/);
  expect(resumed.at(-1)).toBe('token-0');
  const byQuery = await answerTo(send('GET', '/v1/live?resume=token-5', { authorization }));
  expect(resumed.at(-1)).toBe('token-5');
  byQuery.destroy();
});

test('a client that does not read is cut off', async () => {
  const response = await answerTo(send('GET', '/v1/flood', { authorization }));
  response.pause();
  const broken = new Promise((resolve) => response.on('error', resolve));
  await cut.promise;
  response.resume();
  expect(await broken).toMatchObject({ code: 'ECONNRESET' });
});

test('a stream ends with its token, and says so', async () => {
  // Tokens hold 30 s longer than they say.
  const token = await fixture.token(an(), -25_000);
  const live = await answerTo(send('GET', '/v1/live', { authorization: `Bearer ${token}` }));
  expect(await text(live)).toMatch(/event: clock[\s\S]*event: session\ndata: {"reason":"PRINCIPAL_INVALID"}\n\n$/);
});

test('streams end gracefully, and no new ones open', async () => {
  const live = await answerTo(send('GET', '/v1/live', { authorization }));
  const rest = text(live);
  streams.end();
  expect(await rest).toContain('event: snapshot');
  expect(await ask('GET', '/v1/live', { authorization })).toMatchObject({
    status: 503,
    body: { reason: 'DEPENDENCY_UNAVAILABLE' },
  });
});
