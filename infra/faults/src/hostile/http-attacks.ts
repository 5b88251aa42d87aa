import type { Attack } from './barrage.ts';
import type { Draw } from './draw.ts';
import { mutated } from './mutate.ts';
import { addressOf, talk } from './socket.ts';

export interface HttpTarget {
  /** `host:port` */
  readonly address: string;
  /** Method and path of routes that there are; `{}` is any segment. */
  readonly routes: readonly string[];
  readonly tokens: readonly (string | undefined)[];
}

const MEBIBYTE = 1_024 * 1_024;

const SEGMENTS = [
  'a',
  '..',
  '.',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '%00',
  '%',
  '%zz',
  '%ed%a0%80',
  '%c0%af',
  'lots%2fa',
  '\\..\\..\\windows',
  ';x=y',
  '*',
  '__proto__',
  'constructor',
  '%F0%9F%9A%8C',
  'x'.repeat(3_000),
];

const HOSTILE_LINES = [
  'Host: evil.example',
  'Host: ',
  'Transfer-Encoding: chunked, gzip',
  'Transfer-Encoding: xchunked',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Type: application/json; charset=utf-99',
  'Content-Encoding: gzip',
  'Content-Encoding: br',
  'Expect: 100-continue',
  'Expect: tea',
  'Connection: upgrade\r\nUpgrade: websocket',
  'Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
  'Authorization: Bearer ',
  'Authorization: Basic YTpi',
  'Idempotency-Key: ',
  `Idempotency-Key: ${'k'.repeat(5_000)}`,
  `Accept-Language: *;q=9, vi;q=x, ${'en-'.repeat(200)}`,
  'If-None-Match: W/"x", *',
  'Range: bytes=0-0,1-1,2-2,3-',
  'Last-Event-ID: x.zzzzzzzzzzzzz-0',
  `Last-Event-ID: ${'0-'.repeat(3_000)}`,
  'traceparent: 00-zz-zz-zz',
  `Cookie: ${'a=b; '.repeat(500)}`,
  'X-Forwarded-For: 127.0.0.1',
  'X-Bad\u0000: y',
  ' folded: x',
  'no colon',
  ': no name',
];

const JSONS = [
  '{"arriveByTime":"2026-11-22T08:00:00Z"}',
  '{"arriveByTime":["2026-11-22"]}',
  '{"arriveByTime":{"toString":1}}',
  '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}',
  '{"arriveByTime":"\\ud800"}',
  '{"arriveByTime":1e999}',
  '[]',
  'null',
  '"text"',
  '{',
  '',
  '\ufeff{}',
];

function body(draw: Draw): Buffer {
  switch (draw.int(6)) {
    case 0:
      return draw.bytes(draw.length(4_096));
    case 1:
      return Buffer.from('['.repeat(draw.pick([100, 20_000, 120_000])));
    case 2:
      return Buffer.from('{"a":'.repeat(draw.pick([100, 20_000])));
    case 3:
      return Buffer.from(`{"arriveByTime":"${'x'.repeat(draw.length(2 * MEBIBYTE))}"}`);
    case 4:
      return mutated(Buffer.from(draw.pick(JSONS)), draw);
    default:
      return Buffer.from(draw.pick(JSONS));
  }
}

/** Chunks whose sizes, extensions and ends may be wrong. */
function chunked(bytes: Buffer, draw: Draw): Buffer {
  const size = draw.pick([
    bytes.length.toString(16),
    'ffffffffffffffff',
    '-1',
    'zz',
    '0',
    '0x10',
    `5;${'e'.repeat(20_000)}`,
  ]);
  const tail = draw.pick(['\r\n0\r\n\r\n', '\r\n0\r\nTrailer: x\r\n\r\n', '0\r\n\r\n', '']);
  return Buffer.concat([Buffer.from(`${size}\r\n`), bytes, Buffer.from(tail)]);
}

/** Attacks by bytes on an HTTP/1.1 listener. */
export function httpAttacks({ address, routes, tokens }: HttpTarget): Attack[] {
  const at = addressOf(address);
  const route = (draw: Draw): [method: string, path: string] => {
    const [method, path] = draw.pick(routes).split(' ') as [string, string];
    return [method, path.replaceAll('{}', () => draw.pick(SEGMENTS))];
  };
  const head = (line: string, draw: Draw, lines: readonly string[] = []): Buffer => {
    const token = draw.pick(tokens);
    const all = [line, `Host: ${address}`, ...(token ? [`Authorization: Bearer ${token}`] : []), ...lines];
    return Buffer.from(`${all.join('\r\n')}\r\n\r\n`, 'latin1');
  };
  const withBody = (draw: Draw, bytes: Buffer, lines: readonly string[] = []): Buffer[] => {
    const [method, path] = route(draw);
    const json = ['Content-Type: application/json', `Idempotency-Key: k${draw.int(2 ** 32)}`, ...lines];
    return [head(`${method} ${path} HTTP/1.1`, draw, json), bytes];
  };
  const attack = (
    name: string,
    weight: number,
    make: (draw: Draw) => Buffer[],
    more: { readonly mayBeClosed?: boolean } = {},
  ): Attack => ({
    name: `http: ${name}`,
    weight,
    ...more,
    send: (draw) => talk({ ...at, bytes: make(draw), read: statusAnswer, isDue: !more.mayBeClosed }),
  });

  return [
    attack('random bytes', 4, (draw) => [draw.bytes(draw.length(32_768))], { mayBeClosed: true }),
    attack(
      'mutated requests',
      8,
      (draw) => [mutated(Buffer.concat(withBody(draw, Buffer.from(draw.pick(JSONS)))), draw)],
      { mayBeClosed: true },
    ),
    attack('request lines', 6, (draw) => {
      const [method, path] = route(draw);
      const verb = draw.pick([method, 'BREW', 'get', '', 'PRI', 'CONNECT', 'TRACE', 'X'.repeat(9_000)]);
      const version = draw.pick(['HTTP/1.1', 'HTTP/9.9', 'HTTP/1.0', 'http/1.1', '']);
      const target = draw.pick([
        path,
        `http://evil.example${path}`,
        `${path}?${'a=b&'.repeat(1_000)}`,
        `${path}#x`,
        '*',
      ]);
      return [head(`${verb} ${target} ${version}`, draw)];
    }),
    attack('paths', 8, (draw) => {
      const tail = Array.from({ length: draw.int(4) }, () => draw.pick(SEGMENTS)).join('/');
      return [head(`GET ${draw.pick(['/', '//', '/v1/', '/assets/'])}${tail} HTTP/1.1`, draw)];
    }),
    attack('header lines', 8, (draw) => withBody(draw, Buffer.alloc(0), [draw.pick(HOSTILE_LINES)])),
    attack('many header lines', 1, (draw) =>
      withBody(
        draw,
        Buffer.alloc(0),
        Array.from({ length: draw.between(50, 3_000) }, (_, n) => `X-${n}: y`),
      ),
    ),
    attack('bodies', 8, (draw) => {
      const bytes = body(draw);
      return withBody(draw, bytes, [`Content-Length: ${bytes.length}`]);
    }),
    attack('bodies shorter or longer than said', 3, (draw) => {
      const bytes = body(draw);
      return withBody(draw, bytes, [`Content-Length: ${Math.max(0, bytes.length + draw.between(-9, 9))}`]);
    }),
    attack('chunks', 4, (draw) => withBody(draw, chunked(body(draw), draw), ['Transfer-Encoding: chunked'])),
    attack('both lengths', 1, (draw) =>
      withBody(draw, chunked(body(draw), draw), ['Content-Length: 4', 'Transfer-Encoding: chunked']),
    ),
    attack('many requests at once', 1, (draw) =>
      Array.from({ length: draw.between(2, 50) }, () => withBody(draw, Buffer.alloc(0))[0] as Buffer),
    ),
  ];
}

/** `http 400` and, where the answer is a problem, its reason. */
export function statusAnswer(said: Buffer): string | undefined {
  const [, status] = /^HTTP\/1\.[01] (\d{3}) /.exec(said.subarray(0, 16).toString('latin1')) ?? [];
  return status && `http ${status}`;
}
