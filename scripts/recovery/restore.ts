import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { spansOf } from '@giaolo/chassis/kafka/ends';
import { sequenceOf } from '@giaolo/chassis/rebuild';
import { isStateTopic } from '@giaolo/chassis/state-records';
import { Trouble } from '@giaolo/local/trouble';
import type { TopicEntry } from '@giaolo/topics/registry';
import type { Kafka, Message, Producer } from 'kafkajs';
import { digestOf } from './backup.ts';
import { type BackupFile, type KeptRecord, type Manifest, readLine, readManifest } from './backup-format.ts';
import { plansFrom } from './plans.ts';
import { withAdmin } from './target.ts';

export interface RestoreResult {
  readonly takenAt: string;
  readonly records: number;
  /** Records of commits that had not reached the topics of state yet: they are not put back. */
  readonly leftOut: number;
  readonly tookMs: number;
}

const BATCH_BYTES = 512 * 1024;

/**
 * Puts a backup into topics that are there and empty. Everything is checked before anything is written; what is put back
 * is the platform as it was after some commit of each aggregate.
 */
export async function restore(
  kafka: Kafka,
  prefix: string,
  registry: readonly TopicEntry[],
  dir: string,
): Promise<RestoreResult> {
  const began = performance.now();
  const manifest = readManifest(readText(join(dir, 'manifest.json')));
  await requireWhole(manifest, dir);
  await requireEmpty(kafka, prefix, manifest);
  const comesLater = await laterThanState(manifest, dir, registry);
  const producer = kafka.producer({ idempotent: false, allowAutoTopicCreation: false });
  await producer.connect();
  let records = 0;
  let leftOut = 0;
  try {
    for (const { topic, files } of manifest.topics)
      for (const file of files)
        for await (const batch of batches(dir, file)) {
          const wanted = batch.filter((record) => !comesLater(topic, record));
          await put(producer, prefix + topic, file.partition, wanted);
          records += wanted.length;
          leftOut += batch.length - wanted.length;
        }
  } finally {
    await producer.disconnect();
  }
  return { takenAt: manifest.takenAt, records, leftOut, tookMs: performance.now() - began };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Trouble(`${path} cannot be read: this is no backup, or one that was not finished`);
  }
}

async function requireWhole({ topics }: Manifest, dir: string): Promise<void> {
  for (const { path, sha256 } of topics.flatMap(({ files }) => files)) {
    const found = await digestOf(join(dir, path)).catch(() => undefined);
    if (found?.sha256 !== sha256) throw new Trouble(`${path} of the backup is not what was written`);
  }
}

async function requireEmpty(kafka: Kafka, prefix: string, { topics }: Manifest): Promise<void> {
  const spans = await withAdmin(kafka, (admin) =>
    spansOf(
      admin,
      topics.map(({ topic }) => prefix + topic),
    ),
  );
  for (const { topic, partitions } of topics) {
    const own = spans.filter((span) => span.topic === prefix + topic);
    if (own.length !== partitions)
      throw new Trouble(`${topic} has ${own.length} partitions, the backup ${partitions}: its keys would move`);
    if (own.some(({ high }) => high > 0n))
      throw new Trouble(`${topic} is not empty: a backup goes into an empty Kafka`);
  }
}

/** The version of every aggregate, by the topics of state. */
async function versionsIn(manifest: Manifest, dir: string): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  for await (const { record } of recordsOf(manifest, dir, isStateTopic)) {
    const [name = ''] = record.key.split('#', 1);
    versions.set(name, Math.max(versions.get(name) ?? 0, sequenceOf(record)));
  }
  return versions;
}

/**
 * Whether a fact is of a commit that the topics of state do not have. It is kept all the same where it is all that is left
 * of an aggregate: without it nobody would see that, and the rebuild raises its version.
 */
async function laterThanState(manifest: Manifest, dir: string, registry: readonly TopicEntry[]) {
  const plans = plansFrom(registry);
  const versions = await versionsIn(manifest, dir);
  const nameOf = (topic: string, key: string) =>
    plans.find(({ facts }) => facts.includes(topic))?.nameOf(key, (known) => versions.has(known));
  const isLater = (topic: string, record: KeptRecord): boolean => {
    const name = nameOf(topic, record.key);
    return name !== undefined && sequenceOf(record) > (versions.get(name) ?? 0);
  };
  const told = new Set<string>();
  const isFact = (topic: string) => plans.some(({ facts }) => facts.includes(topic));
  for await (const { topic, record } of recordsOf(manifest, dir, isFact))
    if (!isLater(topic, record)) told.add(`${topic}\n${record.key}`);
  const compacted = new Set(registry.flatMap(({ name, config }) => (isCompacted(config) ? [name] : [])));
  const isAllThatIsLeft = (topic: string, { key }: KeptRecord) =>
    compacted.has(topic) && nameOf(topic, key) === key && !told.has(`${topic}\n${key}`);
  return (topic: string, record: KeptRecord): boolean => isLater(topic, record) && !isAllThatIsLeft(topic, record);
}

const isCompacted = (config: TopicEntry['config']): boolean => config['cleanup.policy'] === 'compact';

async function* recordsOf({ topics }: Manifest, dir: string, isWanted: (topic: string) => boolean) {
  for (const { topic, files } of topics) {
    if (!isWanted(topic)) continue;
    for (const file of files)
      for await (const batch of batches(dir, file)) for (const record of batch) yield { topic, record };
  }
}

async function* batches(dir: string, { path }: BackupFile): AsyncGenerator<KeptRecord[]> {
  const input = createReadStream(join(dir, path)).pipe(createGunzip());
  let batch: KeptRecord[] = [];
  let bytes = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const record = readLine(line);
    const size = line.length;
    if (batch.length > 0 && bytes + size > BATCH_BYTES) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function put(producer: Producer, topic: string, partition: number, records: readonly KeptRecord[]) {
  if (records.length === 0) return;
  const messages = records.map(
    ({ key, value, headers, timestamp }): Message => ({
      key,
      value,
      headers: { ...headers },
      timestamp: String(timestamp),
      partition,
    }),
  );
  await producer.send({ topic, messages, acks: -1 });
}
