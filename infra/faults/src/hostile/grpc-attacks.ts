import type { OutgoingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import type { Attack } from './barrage.ts';
import { type ContractMethod, sample } from './contract.ts';
import type { Draw } from './draw.ts';
import { framed, type RawCall, type RawCaller } from './grpc-call.ts';
import { deepGroups, deepMessages, mutated } from './mutate.ts';

const MEBIBYTE = 1_024 * 1_024;

const bombs = new Map<number, Buffer>();

/** Zeros that unpack to so many bytes. */
function bomb(length: number): Buffer {
  const made = bombs.get(length) ?? gzipSync(Buffer.alloc(length));
  bombs.set(length, made);
  return made;
}

/** How a message is lied about on its way; the content may be anything. */
const framings: readonly ((message: Buffer, draw: Draw) => { chunks: Buffer[]; headers?: OutgoingHttpHeaders })[] = [
  (message, draw) => ({ chunks: [framed(message, message.length + 1 + draw.length(100))] }),
  (message) => ({ chunks: [framed(message, Math.max(0, message.length - 1))] }),
  (message) => ({ chunks: [framed(message, 0xffffffff)] }),
  (message, draw) => ({ chunks: [framed(message).subarray(0, draw.int(message.length + 5))] }),
  (message) => ({ chunks: [framed(message, message.length, 1)] }),
  (message, draw) => ({ chunks: [framed(message, message.length, draw.between(2, 255))] }),
  (message) => ({ chunks: [framed(message, message.length, 1)], headers: { 'grpc-encoding': 'gzip' } }),
  (message, draw) => {
    const packed = mutated(gzipSync(message), draw);
    return { chunks: [framed(packed, packed.length, 1)], headers: { 'grpc-encoding': 'gzip' } };
  },
  (message) => ({ chunks: [framed(gzipSync(message), undefined, 1)], headers: { 'grpc-encoding': 'zstd' } }),
  (message) => ({ chunks: [framed(message), framed(message)] }),
  () => ({ chunks: [] }),
  (message, draw) => ({ chunks: Array.from({ length: draw.between(1, 40) }, () => framed(message)) }),
  (message) => ({ chunks: [...framed(message).subarray(0, 300)].map((byte) => Buffer.from([byte])) }),
];

const HOSTILE_HEADERS: readonly OutgoingHttpHeaders[] = [
  { 'grpc-timeout': '1n' },
  { 'grpc-timeout': '99999999H' },
  { 'grpc-timeout': '123456789S' },
  { 'grpc-timeout': 'soon' },
  { 'content-type': 'application/json' },
  { 'content-type': 'application/grpc+json' },
  { 'content-type': 'application/grpcwhatever' },
  { ':method': 'GET' },
  { ':method': 'DELETE' },
  { 'x-bin': '%%%' },
  { 'grpc-trace-bin': 'AA' },
  { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  { traceparent: 'x'.repeat(8_000) },
  { 'x-long': 'y'.repeat(30_000) },
  { cookie: 'a=b; '.repeat(500) },
];

export interface GrpcTarget {
  readonly caller: RawCaller;
  readonly methods: readonly ContractMethod[];
  /** Bearer tokens, good ones and bad ones; undefined = none. */
  readonly tokens: readonly (string | undefined)[];
}

/** Attacks by calls: lawful HTTP/2, with content, framing and headers that are not. */
export function grpcAttacks({ caller, methods, tokens }: GrpcTarget): Attack[] {
  const aimed = (method: ContractMethod, draw: Draw, headers: OutgoingHttpHeaders = {}): OutgoingHttpHeaders => {
    const token = draw.pick(tokens);
    return { ':path': method.path, ...(token && { authorization: `Bearer ${token}` }), ...headers };
  };
  const attack = (
    name: string,
    weight: number,
    make: (method: ContractMethod, draw: Draw) => Omit<RawCall, 'headers'> & { headers?: OutgoingHttpHeaders },
  ): Attack => ({
    name: `grpc: ${name}`,
    weight,
    send: (draw) => {
      const method = draw.pick(methods);
      const { chunks, headers } = make(method, draw);
      return caller.call({ chunks, headers: aimed(method, draw, headers) });
    },
  });

  return [
    attack('valid bytes, hostile values', 12, (method, draw) => ({ chunks: [framed(sample(method.input, draw))] })),
    attack('mutated messages', 16, (method, draw) => ({
      chunks: [framed(mutated(sample(method.input, draw), draw))],
    })),
    attack('random messages', 4, (_, draw) => ({ chunks: [framed(draw.bytes(draw.length(4_096)))] })),
    attack('several messages', 2, (method, draw) => ({
      chunks: Array.from({ length: draw.between(2, 12) }, () => framed(mutated(sample(method.input, draw), draw))),
    })),
    attack('lying frames', 10, (method, draw) => draw.pick(framings)(sample(method.input, draw), draw)),
    attack('hostile headers', 6, (method, draw) => ({
      chunks: [framed(sample(method.input, draw))],
      headers: draw.pick(HOSTILE_HEADERS),
    })),
    attack('unknown paths', 3, (method, draw) => ({
      chunks: [framed(Buffer.alloc(0))],
      headers: {
        ':path': draw.pick(['/', '/x', `${method.path}s`, method.path.toLowerCase(), `/${'a/'.repeat(500)}`]),
      },
    })),
    attack('deep messages', 1, (_, draw) => ({
      chunks: [framed(draw.pick([deepGroups, deepMessages])(draw.pick([100, 5_000, 100_000])))],
    })),
    attack('oversize messages', 1, (_, draw) => ({
      chunks: [framed(Buffer.alloc(MEBIBYTE - 5 + draw.int(10), draw.int(256)))],
    })),
    attack('packed bombs', 1, (_, draw) => {
      const packed = bomb(draw.pick([MEBIBYTE, 64 * MEBIBYTE, 512 * MEBIBYTE]));
      return { chunks: [framed(packed, packed.length, 1)], headers: { 'grpc-encoding': 'gzip' } };
    }),
  ];
}
