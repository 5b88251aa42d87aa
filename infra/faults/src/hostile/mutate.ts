import type { Draw } from './draw.ts';

const HUGE_LENGTHS = [
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
  Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]),
];

type Mutation = (bytes: Buffer, draw: Draw) => Buffer;

const somewhere = (bytes: Buffer, draw: Draw): number => draw.int(bytes.length + 1);

const splice = (bytes: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);

const span = (bytes: Buffer, draw: Draw): [from: number, to: number] => {
  const from = somewhere(bytes, draw);
  return [from, Math.min(bytes.length, from + 1 + draw.length(32))];
};

const flipBits: Mutation = (bytes, draw) => {
  const changed = Buffer.from(bytes);
  for (let left = 1 + draw.length(8); left > 0 && changed.length > 0; left--) {
    const at = draw.int(changed.length);
    changed[at] = (changed[at] as number) ^ (1 << draw.int(8));
  }
  return changed;
};

const mutations: readonly Mutation[] = [
  flipBits,
  flipBits,
  (bytes, draw) => bytes.subarray(0, draw.int(bytes.length + 1)),
  (bytes, draw) => splice(bytes, ...span(bytes, draw), Buffer.alloc(0)),
  (bytes, draw) => {
    const [from, to] = span(bytes, draw);
    return splice(bytes, from, from, bytes.subarray(from, to));
  },
  (bytes, draw) => {
    const at = somewhere(bytes, draw);
    return splice(bytes, at, at, draw.bytes(draw.length(64)));
  },
  (bytes, draw) => {
    const at = somewhere(bytes, draw);
    return splice(bytes, at, Math.min(bytes.length, at + 1), draw.pick(HUGE_LENGTHS));
  },
  (bytes, draw) => Buffer.concat([bytes, bytes.subarray(draw.int(bytes.length + 1))]),
];

/** One to four changes: bits, spans lost or doubled, bytes put in, lengths that lie. */
export function mutated(bytes: Buffer, draw: Draw): Buffer {
  let changed = bytes;
  for (let left = draw.between(1, 4); left > 0; left--) changed = draw.pick(mutations)(changed, draw);
  return changed;
}

/** A protobuf of `depth` groups in one another, none of them ended. */
export const deepGroups = (depth: number): Buffer => Buffer.alloc(depth, 0x0b);

/** A protobuf of `depth` messages in one another, each the field 1 of the one around it. */
export function deepMessages(depth: number): Buffer {
  const heads: Buffer[] = [];
  let inside = 0;
  for (let level = 0; level < depth; level++) {
    const head = Buffer.concat([Buffer.from([0x0a]), varint(inside)]);
    heads.push(head);
    inside += head.length;
  }
  return Buffer.concat(heads.reverse());
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
