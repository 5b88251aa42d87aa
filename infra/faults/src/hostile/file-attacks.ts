import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@giaolo/local/places';
import { sampleFeed } from '@giaolo/local/sample/timetable';
import type { Attack } from './barrage.ts';
import { type ContractMethod, fileChunk, fileHeader, takesFile } from './contract.ts';
import type { Draw } from './draw.ts';
import { framed, type RawCaller } from './grpc-call.ts';
import { mutated } from './mutate.ts';

const CITY = join(root, 'infra/local/sample/city');
const PART = 256 * 1_024;

const feature =
  '{"type":"Feature","geometry":{"type":"Point","coordinates":[107,10.3]},"properties":{"id":"x","name":"y"}}';

const GOOD: readonly Buffer[] = [
  Buffer.from(sampleFeed()),
  ...readdirSync(CITY)
    .filter((name) => name.endsWith('.csv'))
    .map((name) => readFileSync(join(CITY, name))),
  Buffer.from(`{"type":"FeatureCollection","features":[${feature}]}`),
];

/** Files that hold more than they seem to, or are deeper than they look. */
const BOMBS: readonly (() => Buffer)[] = [
  () => Buffer.from('['.repeat(500_000)),
  () => Buffer.from(`{"type":"FeatureCollection","crs":${'['.repeat(50_000)}${']'.repeat(50_000)},"features":[]}`),
  () => Buffer.from(Array.from({ length: 20_000 }, (_, at) => `c${at}`).join()),
  () => Buffer.from(`id,name\n${'x\n'.repeat(500_000)}`),
  () => Buffer.from(`id,name\n${'"x'.repeat(200_000)}`),
  () => Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(1_000_000)]),
];

function file(draw: Draw): Buffer {
  if (draw.chance(0.1)) return draw.pick(BOMBS)();
  if (draw.chance(0.1)) return draw.bytes(draw.length(20_000));
  return mutated(draw.pick(GOOD), draw);
}

function parts(bytes: Buffer): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PART) all.push(bytes.subarray(at, at + PART));
  return all;
}

/** Attacks by files, to each method that takes one; a header that is as it should be, so that the file is read. */
export function fileAttacks(caller: RawCaller, methods: readonly ContractMethod[], token: string): Attack[] {
  return methods.filter(takesFile).map(({ path, input }) => ({
    name: `files: ${path}`,
    weight: 1,
    send: (draw) => {
      const unit = { code: '00', valid_from: '2025-07-01' };
      const said = { request_id: `r${draw.int(2 ** 32)}`, feed: 'feeds/hostile', valid_from: '', valid_to: '', unit };
      const messages = [fileHeader(input, draw, said), ...parts(file(draw)).map((part) => fileChunk(input, part))];
      const headers = { ':path': path, authorization: `Bearer ${token}` };
      return caller.call({ headers, chunks: messages.map((message) => framed(message)) });
    },
  }));
}
