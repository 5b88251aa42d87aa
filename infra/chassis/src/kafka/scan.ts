import { randomUUID } from 'node:crypto';
import type { Admin, Batch, Consumer, IHeaders, Kafka } from 'kafkajs';
import type { Instant } from '../clock.ts';
import { CatchUp, type Span, spansOf } from './ends.ts';
import { partitionOf } from './partition.ts';

const HEARTBEAT_MS = 2_000;
const PATIENCE_MS = 60_000;
/** Batches that wait to be taken while the next are fetched. */
const READ_AHEAD = 8;

/** A record as Kafka has it; without a value it deletes its key. */
export interface Retained {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  readonly timestamp: Instant;
}

export interface ScanOptions {
  /** Only the partition in which records of this key are. */
  readonly partitionOf?: string;
  /** Nothing that comes before the first record with this time; the time is what its sender wrote on it. */
  readonly since?: Instant;
  /** No further than to these ends, asked for earlier; by default, to those of now. */
  readonly until?: readonly Span[];
}

/**
 * Everything that is retained of a topic (by its physical name), from the start to the end as it is at the time of the
 * call; of each partition in the order of offsets. What compaction or retention removes meanwhile does not come. Joins
 * under a name that is used once and commits nothing. Throws DEPENDENCY_UNAVAILABLE when Kafka is silent for a minute.
 */
export async function* scan(
  kafka: Kafka,
  topic: string,
  { partitionOf: key, since, until }: ScanOptions = {},
): AsyncGenerator<Retained> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const retained = until?.filter((span) => span.topic === topic) ?? (await spansOf(admin, [topic]));
    const all = since === undefined ? retained : await startingAt(admin, topic, retained, since);
    const only = key === undefined ? undefined : partitionOf(topic, key, all.length);
    const spans = all.filter(({ partition, low, high }) => high > low && (only ?? partition) === partition);
    if (spans.length > 0) yield* read(kafka, admin, topic, spans);
  } finally {
    await admin.disconnect();
  }
}

async function startingAt(admin: Admin, topic: string, spans: readonly Span[], since: Instant): Promise<Span[]> {
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, since);
  const starts = new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
  return spans.map((span) => {
    const start = starts.get(span.partition) ?? span.low;
    return start > span.low ? { ...span, low: start } : span;
  });
}

async function* read(kafka: Kafka, admin: Admin, topic: string, spans: readonly Span[]): AsyncGenerator<Retained> {
  const catchUp = new CatchUp(spans);
  const queue = new BatchQueue();
  const consumer = await follow(kafka, topic, spans, catchUp, queue);
  const left = new AbortController();
  catchUp.finished(admin, { patienceMs: PATIENCE_MS, signal: left.signal }).then(
    () => queue.close(),
    (error) => queue.fail(error),
  );
  const next = new Map(spans.map(({ partition, low }) => [partition, low]));
  const ends = new Map(spans.map(({ partition, high }) => [partition, high]));
  try {
    for await (const { partition, messages } of queue) {
      for (const { offset: text, key, value, headers = {}, timestamp } of messages) {
        const offset = BigInt(text);
        // A group that was joined anew begins again.
        if (offset < (next.get(partition) as bigint)) continue;
        if (offset >= (ends.get(partition) as bigint)) break;
        next.set(partition, offset + 1n);
        yield { topic, partition, offset, key: key?.toString() ?? '', value, headers, timestamp: Number(timestamp) };
      }
    }
  } finally {
    left.abort();
    queue.close();
    await consumer.disconnect();
  }
}

async function follow(
  kafka: Kafka,
  topic: string,
  spans: readonly Span[],
  catchUp: CatchUp,
  queue: BatchQueue,
): Promise<Consumer> {
  const consumer = kafka.consumer({
    groupId: `${topic}.scan.${randomUUID()}`,
    sessionTimeout: 30_000,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
  });
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    if (!restart) queue.fail(error);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const wanted = new Set(spans.map(({ partition }) => partition));
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: wanted.size,
    eachBatch: async ({ batch, heartbeat }) => {
      if (!wanted.has(batch.partition)) return consumer.pause([{ topic, partitions: [batch.partition] }]);
      const beat = setInterval(() => void heartbeat().catch(() => {}), HEARTBEAT_MS);
      await queue.put(batch).finally(() => clearInterval(beat));
      catchUp.reached(batch, BigInt(batch.lastOffset()) + 1n);
    },
  });
  // Otherwise it begins at the start of what is retained.
  for (const { partition, low } of spans) if (low > 0n) consumer.seek({ topic, partition, offset: String(low) });
  return consumer;
}

/** From the fetcher, which waits while much is untaken, to one reader. */
class BatchQueue implements AsyncIterable<Batch> {
  readonly #batches: Batch[] = [];
  #ended = false;
  #error: unknown;
  #changed = Promise.withResolvers<void>();

  async put(batch: Batch): Promise<void> {
    while (this.#batches.length >= READ_AHEAD && !this.#ended) await this.#changed.promise;
    this.#batches.push(batch);
    this.#wake();
  }

  /** What was put before is still read. */
  close(): void {
    this.#ended = true;
    this.#wake();
  }

  fail(error: unknown): void {
    this.#error ??= error;
    this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error;
      const batch = this.#batches.shift();
      if (batch) {
        this.#wake();
        yield batch;
      } else if (this.#ended) return;
      else await this.#changed.promise;
    }
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    changed.resolve();
  }
}
