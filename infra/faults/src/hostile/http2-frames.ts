import { varint } from './mutate.ts';

/** RFC 9113, section 6. */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, payload]);
}

export function settings(values: readonly (readonly [id: number, value: number])[] = []): Buffer {
  const payload = Buffer.alloc(values.length * 6);
  values.forEach(([id, value], at) => {
    payload.writeUInt16BE(id, at * 6);
    payload.writeUInt32BE(value >>> 0, at * 6 + 2);
  });
  return frame(FRAME.settings, 0, 0, payload);
}

const prefixed = (text: string | Buffer): Buffer => {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  return Buffer.concat([lengthOf(bytes.length), bytes]);
};

/** RFC 7541, 5.1, with a prefix of seven bits. */
const lengthOf = (length: number): Buffer =>
  length < 0x7f ? Buffer.from([length]) : Buffer.concat([Buffer.from([0x7f]), varint(length - 0x7f)]);

export type HeaderLine = readonly [name: string, value: string | Buffer];

/** Header lines as HPACK has them, each in full; nothing is checked. */
export const headerBlock = (lines: readonly HeaderLine[]): Buffer =>
  Buffer.concat(lines.flatMap(([name, value]) => [Buffer.from([0]), prefixed(name), prefixed(value)]));

/** The lines of a gRPC call. */
export const callLines = (path: string): HeaderLine[] => [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', path],
  [':authority', 'localhost'],
  ['content-type', 'application/grpc'],
  ['te', 'trailers'],
];

/** What begins each connection. */
export const hello = (): Buffer => Buffer.concat([PREFACE, settings()]);
