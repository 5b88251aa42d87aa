import type { Attack } from './barrage.ts';
import type { Draw } from './draw.ts';
import {
  callLines,
  FLAG,
  FRAME,
  frame,
  type HeaderLine,
  headerBlock,
  hello,
  PREFACE,
  settings,
} from './http2-frames.ts';
import { deepGroups, mutated } from './mutate.ts';
import { addressOf, talk } from './socket.ts';

const HEADERS_DONE = FLAG.endHeaders | FLAG.endStream;

/** A call as a client would make it, frame by frame. */
function goodCall(path: string, stream: number, message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([
    frame(FRAME.headers, FLAG.endHeaders, stream, headerBlock(callLines(path))),
    frame(FRAME.data, FLAG.endStream, stream, Buffer.concat([prefix, message])),
  ]);
}

const many = (count: number, make: (at: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, at) => make(at)));

const ids = (at: number): number => 2 * at + 1;

const HOSTILE_LINES: readonly HeaderLine[] = [
  [':path', '/second'],
  [':status', '200'],
  ['UPPER-CASE', 'x'],
  ['with space', 'x'],
  ['connection', 'keep-alive'],
  ['transfer-encoding', 'chunked'],
  ['te', 'gzip'],
  ['line', 'break\r\nx: y'],
  ['nul', 'a\u0000b'],
  ['', 'no name'],
  ['authorization', `Bearer ${'é'.repeat(50)}`],
  ['x-bin', '!!!not base64!!!,,,,'],
  ['grpc-timeout', '99999999H'],
  ['grpc-timeout', '-1S'],
  ['grpc-encoding', 'gzip,gzip,br'],
  ['content-length', '18446744073709551616'],
  ['traceparent', '00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff'],
];

const HOSTILE_PATHS = [
  '',
  '/',
  '//',
  '*',
  'no-slash',
  '/%00',
  '/é',
  '/a b',
  '/\u0001',
  `/${'x'.repeat(60_000)}`,
  '/../..',
];

/** Attacks on the connection itself; none needs a token. */
export function http2Attacks(address: string, paths: readonly string[]): Attack[] {
  const at = addressOf(address);
  const attack = (name: string, weight: number, make: (draw: Draw) => Buffer[]): Attack => ({
    name: `http2: ${name}`,
    weight,
    mayBeClosed: true,
    send: (draw) => talk({ ...at, bytes: make(draw), read: frameAnswer }),
  });
  const path = (draw: Draw) => draw.pick(paths);
  const lines = (draw: Draw, extra: readonly HeaderLine[]) =>
    frame(FRAME.headers, HEADERS_DONE, 1, headerBlock([...callLines(path(draw)), ...extra]));

  return [
    attack('random bytes', 4, (draw) => [draw.bytes(draw.length(65_536))]),
    attack('another protocol', 1, (draw) => [
      draw.pick([
        Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
        Buffer.from('160301020001000001fc0303', 'hex'),
        Buffer.from('*1\r\n$4\r\nPING\r\n'),
        PREFACE.subarray(0, draw.int(PREFACE.length)),
      ]),
    ]),
    attack('random frames', 6, (draw) => [
      hello(),
      many(draw.between(1, 20), () => frame(draw.int(12), draw.int(256), draw.int(8), draw.bytes(draw.length(2_000)))),
    ]),
    attack('mutated frames', 8, (draw) => [
      PREFACE,
      mutated(Buffer.concat([settings(), goodCall(path(draw), 1, draw.bytes(20))]), draw),
    ]),
    attack('frame of 16 MiB', 1, (draw) => {
      const huge = frame(draw.int(10), 0, draw.int(3));
      huge.writeUIntBE(0xffffff, 0, 3);
      return [hello(), huge, draw.bytes(10_000)];
    }),
    attack('broken header compression', 4, (draw) => [
      hello(),
      frame(FRAME.headers, HEADERS_DONE, 1, mutated(headerBlock(callLines(path(draw))), draw)),
    ]),
    attack('hostile header lines', 6, (draw) => [hello(), lines(draw, [draw.pick(HOSTILE_LINES)])]),
    attack('hostile paths', 4, (draw) => [
      hello(),
      frame(FRAME.headers, HEADERS_DONE, 1, headerBlock(callLines(draw.pick(HOSTILE_PATHS)))),
    ]),
    attack('many header lines', 1, (draw) => [
      hello(),
      lines(
        draw,
        Array.from({ length: draw.between(100, 3_000) }, (_, n) => [`x-${n}`, 'y'.repeat(draw.int(20))] as const),
      ),
    ]),
    attack('endless continuation', 1, (draw) => [
      hello(),
      frame(FRAME.headers, 0, 1, headerBlock(callLines(path(draw)))),
      many(draw.between(50, 2_000), (n) => frame(FRAME.continuation, 0, 1, headerBlock([[`x-${n}`, 'y']]))),
    ]),
    attack('rapid reset', 1, (draw) => [
      hello(),
      many(draw.between(50, 1_500), (n) =>
        Buffer.concat([
          frame(FRAME.headers, FLAG.endHeaders, ids(n), headerBlock(callLines(path(draw)))),
          frame(FRAME.reset, 0, ids(n), Buffer.from([0, 0, 0, 8])),
        ]),
      ),
    ]),
    attack('more streams than allowed', 1, (draw) => [
      hello(),
      many(draw.between(900, 2_500), (n) =>
        frame(FRAME.headers, FLAG.endHeaders, ids(n), headerBlock(callLines(path(draw)))),
      ),
    ]),
    attack('flood of control frames', 1, (draw) => {
      const one = draw.pick([
        settings(),
        frame(FRAME.ping, 0, 0, Buffer.alloc(8)),
        frame(FRAME.windowUpdate, 0, 0, Buffer.from([0, 0, 0, 1])),
        frame(FRAME.priority, 0, 3, Buffer.from([0, 0, 0, 1, 16])),
        frame(FRAME.settings, FLAG.ack, 0),
      ]);
      return [hello(), many(draw.between(500, 5_000), () => one)];
    }),
    attack('hostile settings and windows', 3, (draw) => [
      PREFACE,
      settings(Array.from({ length: draw.between(1, 40) }, () => [draw.int(8), draw.int(2 ** 32)] as const)),
      frame(FRAME.windowUpdate, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
      frame(FRAME.windowUpdate, 0, draw.int(3), Buffer.alloc(4)),
      goodCall(path(draw), 1, Buffer.alloc(0)),
    ]),
    attack('data in crumbs', 1, (draw) => [
      hello(),
      frame(FRAME.headers, FLAG.endHeaders, 1, headerBlock(callLines(path(draw)))),
      frame(FRAME.data, 0, 1, Buffer.from([0, 0, 0, 0x80, 0])),
      many(draw.between(100, 3_000), () => frame(FRAME.data, 0, 1, deepGroups(draw.int(2)))),
    ]),
  ];
}

const ANSWERS: Readonly<Record<number, string>> = {
  [FRAME.headers]: 'answered',
  [FRAME.reset]: 'rst',
  [FRAME.goaway]: 'goaway',
};

/** The first frame that says something of what was asked. */
export function frameAnswer(said: Buffer): string | undefined {
  for (let at = 0; at + 9 <= said.length; ) {
    const length = said.readUIntBE(at, 3);
    const type = said[at + 3] as number;
    const name = ANSWERS[type];
    if (name === 'answered') return name;
    const code = type === FRAME.goaway ? at + 13 : at + 9;
    if (name && code + 4 <= said.length) return `${name} ${said.readUInt32BE(code)}`;
    at += 9 + length;
  }
  return said.subarray(0, 5).toString('latin1') === 'HTTP/'
    ? `http ${said.subarray(9, 12).toString('latin1')}`
    : undefined;
}
