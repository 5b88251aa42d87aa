import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { ambient } from '@giaolo/chassis/ambient';
import { ServiceError } from '@giaolo/chassis/errors';
import { type HttpServer, serveHttp } from '@giaolo/chassis/http';
import { principalOf } from '@giaolo/chassis/http-principal';
import { EventStreams, eventFrame } from '@giaolo/chassis/sse';
import { issueToken, type KeyPair, makeKeyPair, verifierOf } from '@giaolo/chassis/tokens';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operator } from './edge-fixture.ts';

let server: HttpServer;
let keys: KeyPair;
let streams: EventStreams;
const resumed: (string | undefined)[] = [];
const cut = Promise.withResolvers<void>();

beforeAll(async () => {
  keys = await makeKeyPair();
  streams = new EventStreams({
    heartbeat: () => eventFrame('clock', '{"now":1}'),
    heartbeatMs: 40,
    maxBufferedBytes: 200_000,
  });
  server = await serveHttp({
    address: '127.0.0.1:0',
    verifier: verifierOf(keys.jwks),
    csp: { 'img-src': ["'self'", 'data:'] },
    routes: (router) => {
      router.get('/v1/me', (request, response) => {
        response.json({ subject: principalOf(request).subject, forwarded: ambient()?.token !== undefined });
      });
      router.post('/v1/echo', (request, response) => {
        response.json(request.body);
      });
      router.get('/v1/full', () => {
        throw new ServiceError('RESOURCE_EXHAUSTED', 'LOT_FULL', 'no space is free', {
          domain: 'parking.giaolo',
          retryAfterMs: 1_500,
          localized: { vi: 'Bãi xe đã đầy.', en: 'The car park is full.' },
        });
      });
      router.get('/v1/broken', async () => {
        throw new Error('password is hunter2');
      });
      router.get('/v1/lots/:lot', (request, response) => {
        response.json(request.params);
      });
      router.get('/v1/live', (request, response) => {
        const client = streams.open(request, response);
        resumed.push(client.resumeToken);
        client.send(eventFrame('snapshot', '{}', 'token-1'));
      });
      router.get('/v1/flood', (request, response) => {
        const client = streams.open(request, response);
        const frame = eventFrame('changes', 'x'.repeat(50_000));
        const flood = () => (client.send(frame) ? setImmediate(flood) : cut.resolve());
        flood();
      });
    },
  });
});

afterAll(async () => {
  streams.end();
  await server.stop();
});

function send(method: string, path: string, headers: Record<string, string> = {}, body?: string): ClientRequest {
  const [host, port] = server.address.split(':');
  return request({ host, port, method, path, headers, agent: false }).end(body);
}

const answerTo = (sent: ClientRequest) =>
  new Promise<IncomingMessage>((resolve, reject) => sent.on('response', resolve).on('error', reject));

async function ask(...args: Parameters<typeof send>) {
  const response = await answerTo(send(...args));
  const body = await text(response);
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(body) };
}

test('knows who asks, by a token that is verified', async () => {
  const authorization = `Bearer ${await issueToken(keys.privateJwk, operator, 60_000)}`;
  expect((await ask('GET', '/v1/me', { authorization })).body).toEqual({ subject: 'user:an', forwarded: true });
  expect(await ask('GET', '/v1/me')).toMatchObject({ status: 401, body: { reason: 'PRINCIPAL_MISSING' } });
  expect(await ask('GET', '/v1/full', { authorization: 'Bearer nonsense' })).toMatchObject({
    status: 401,
    body: { reason: 'PRINCIPAL_INVALID' },
  });
});

test('refusals are problems, in the language asked for', async () => {
  const { status, headers, body } = await ask('GET', '/v1/full', { 'accept-language': 'vi-VN,en;q=0.5' });
  expect(status).toBe(429);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(headers['retry-after']).toBe('2');
  expect(body).toMatchObject({ detail: 'Bãi xe đã đầy.', reason: 'LOT_FULL', domain: 'parking.giaolo', status: 429 });
  expect((await ask('GET', '/v1/full', { 'accept-language': 'en' })).body.detail).toBe('The car park is full.');
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
  expect(wrong.headers.allow).toBe('GET');
  expect(await ask('POST', '/v1/echo', json, '{')).toMatchObject({ status: 400, body: { reason: 'REQUEST_INVALID' } });
  const large = JSON.stringify('x'.repeat(256 * 1024));
  expect(await ask('POST', '/v1/echo', json, large)).toMatchObject({
    status: 413,
    body: { reason: 'REQUEST_INVALID' },
  });
  expect(await ask('GET', '/v1/lots/%E0%A4%A')).toMatchObject({ status: 400, body: { reason: 'REQUEST_INVALID' } });
});

test('pages may load from us only, and what the service adds', async () => {
  const { headers } = await ask('GET', '/v1/me');
  expect(headers['content-security-policy']).toBe("default-src 'self';img-src 'self' data:");
  expect(headers['x-powered-by']).toBeUndefined();
});

test('an event stream carries ids, beats when silent, and tells where to resume', async () => {
  const response = await answerTo(send('GET', '/v1/live', { 'last-event-id': 'token-0' }));
  expect(response.headers['content-type']).toBe('text/event-stream');
  let read = '';
  for await (const chunk of response) {
    read += chunk;
    if (read.split('event: clock').length > 3) break;
  }
  expect(read).toMatch(/^retry: 1000\n\nid: token-1\nevent: snapshot\ndata: {}\n\nevent: clock\ndata: {"now":1}\n\n/);
  expect(resumed.at(-1)).toBe('token-0');
  const byQuery = await answerTo(send('GET', '/v1/live?resume=token-5'));
  expect(resumed.at(-1)).toBe('token-5');
  byQuery.destroy();
});

test('a client that does not read is cut off', async () => {
  const response = await answerTo(send('GET', '/v1/flood'));
  response.pause();
  const broken = new Promise((resolve) => response.on('error', resolve));
  await cut.promise;
  response.resume();
  expect(await broken).toMatchObject({ code: 'ECONNRESET' });
});

test('streams end gracefully, and no new ones open', async () => {
  const live = await answerTo(send('GET', '/v1/live'));
  const rest = text(live);
  streams.end();
  expect(await rest).toContain('event: snapshot');
  expect(await ask('GET', '/v1/live')).toMatchObject({ status: 503, body: { reason: 'DEPENDENCY_UNAVAILABLE' } });
});
