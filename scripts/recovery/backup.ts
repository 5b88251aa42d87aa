import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { type Span, spansOf } from '@giaolo/chassis/kafka/ends';
import { type Retained, scan } from '@giaolo/chassis/kafka/scan';
import { isStateTopic } from '@giaolo/chassis/state-records';
import { Trouble } from '@giaolo/local/trouble';
import type { TopicEntry } from '@giaolo/topics/registry';
import type { Kafka } from 'kafkajs';
import { type BackupFile, lineOf, type Manifest } from './backup-format.ts';
import { withAdmin } from './target.ts';

/** What is kept for good, and the records that nobody could handle; the rest is gone by itself in days. */
export const isKept = ({ name, config }: TopicEntry): boolean =>
  config['cleanup.policy'] === 'compact' || config['retention.ms'] === '-1' || /\.dead-letters\.v\d+$/.test(name);

/** In which what belongs to one commit has reached all its topics. */
const SETTLE_MS = 1_000;

/**
 * Copies the topics that are kept into a new folder, while the platform runs. The ends of the topics of state are asked
 * first: of what is in the other topics beyond them, a restore knows that it came later.
 */
export async function backUp(
  kafka: Kafka,
  prefix: string,
  registry: readonly TopicEntry[],
  dir: string,
): Promise<Manifest> {
  if (existsSync(dir) && readdirSync(dir).length > 0) throw new Trouble(`${dir} is not empty`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const takenAt = new Date().toISOString();
  const kept = registry.filter(isKept).map(({ name }) => name);
  const { clusterId, spans } = await withAdmin(kafka, async (admin) => {
    const physical = (names: readonly string[]) => names.map((name) => prefix + name);
    const states = await spansOf(admin, physical(kept.filter(isStateTopic)));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const others = await spansOf(admin, physical(kept.filter((name) => !isStateTopic(name))));
    return { clusterId: (await admin.describeCluster()).clusterId, spans: [...states, ...others] };
  });
  const topics: Manifest['topics'] = [];
  for (const topic of kept) {
    const until = spans.filter((span) => span.topic === prefix + topic);
    topics.push({ topic, partitions: until.length, files: await copy(kafka, prefix + topic, until, dir, topic) });
  }
  const manifest: Manifest = { format: 1, takenAt, clusterId, topics };
  const place = join(dir, 'manifest.json');
  writeFileSync(`${place}.new`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${place}.new`, place);
  return manifest;
}

async function copy(
  kafka: Kafka,
  physical: string,
  until: readonly Span[],
  dir: string,
  topic: string,
): Promise<BackupFile[]> {
  const files = new Map<number, RecordFile>();
  for await (const record of scan(kafka, physical, { until })) {
    let file = files.get(record.partition);
    if (!file) {
      file = new RecordFile(dir, `${topic}/${record.partition}.ndjson.gz`, record.partition);
      files.set(record.partition, file);
    }
    await file.add(record);
  }
  const done: BackupFile[] = [];
  for (const { partition, low, high } of until) {
    const file = files.get(partition);
    if (file) done.push(await file.end(low, high));
  }
  return done;
}

/** The records of one partition, line by line. */
class RecordFile {
  readonly #dir: string;
  readonly #path: string;
  readonly #partition: number;
  readonly #gzip: Gzip = createGzip({ level: 1 });
  readonly #written: Promise<void>;
  #records = 0;

  constructor(dir: string, path: string, partition: number) {
    this.#dir = dir;
    this.#path = path;
    this.#partition = partition;
    mkdirSync(dirname(join(dir, path)), { recursive: true, mode: 0o700 });
    const out = createWriteStream(join(dir, path), { mode: 0o600, flush: true });
    this.#written = finished(this.#gzip.pipe(out));
    this.#written.catch(() => {}); // told by `end`
    out.on('error', (error) => this.#gzip.destroy(error));
  }

  async add(record: Retained): Promise<void> {
    this.#records++;
    if (!this.#gzip.write(lineOf(record))) await once(this.#gzip, 'drain');
  }

  async end(low: bigint, high: bigint): Promise<BackupFile> {
    this.#gzip.end();
    await this.#written;
    const { sha256, bytes } = await digestOf(join(this.#dir, this.#path));
    const [path, partition, records] = [this.#path, this.#partition, this.#records];
    return { path, partition, from: String(low), to: String(high), records, bytes, sha256 };
  }
}

export async function digestOf(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
