import type { Server } from 'node:http';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import type { Readiness } from '@giaolo/chassis/lifecycle';
import { boundedServer, closeServer, listen, sendAwayWhenNotReady } from '@giaolo/chassis/listen';
import { afterEach, expect, test } from '@jest/globals';

const LIMITS = { headersMs: 200, requestMs: 400, keepAliveMs: 5_000, maxConnections: 10 };

let server: Server;
let port: number;

async function serve(readiness?: Readiness): Promise<void> {
  server = boundedServer(LIMITS, (request, response) => {
    request.resume();
    request.on('end', () => response.end('ok'));
  });
  if (readiness) sendAwayWhenNotReady(server, readiness);
  port = Number((await listen(server, '127.0.0.1:0')).split(':').at(-1));
}

afterEach(() => closeServer(server, 0));

const say = (...parts: string[]): net.Socket => {
  const socket = net.connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  for (const part of parts) socket.write(part);
  return socket;
};

test.each([
  ['says nothing', '', /^HTTP\/1.1 408 /],
  ['does not end its headers', 'GET / HTTP/1.1\r\nHost: x\r\n', /^HTTP\/1.1 408 /],
  ['does not end its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{', /^HTTP\/1.1 408 /],
  ['wants a tunnel', 'CONNECT elsewhere:443 HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 405 /],
  ['speaks something else', '\u0016\u0003\u0001', /^HTTP\/1.1 400 /],
])('whoever %s is answered and hung up on', async (_, bytes, answer) => {
  await serve();
  expect(await text(say(bytes))).toMatch(answer);
});

test('answers send callers elsewhere while we are not ready', async () => {
  let ready = true;
  await serve({ isReady: () => ready, onChange: () => {} });
  const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const kept = say(request);
  const [first] = await kept[Symbol.asyncIterator]()
    .next()
    .then(({ value }) => [String(value)]);
  expect(first).not.toMatch(/connection: close/i);
  ready = false;
  expect(await text(say(request))).toMatch(/connection: close/i);
});
