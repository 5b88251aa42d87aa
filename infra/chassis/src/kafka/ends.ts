import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { dependencyUnavailable } from '../errors.ts';
import { log } from '../log.ts';

const { KafkaJSError } = kafkajs;

const ATTEMPTS = 6;
const ASK_AGAIN_MS = 1_000;

/** What Kafka retains of a partition: `low` is its first offset, `high` the one after its last. */
export interface Span {
  readonly topic: string;
  readonly partition: number;
  readonly low: bigint;
  readonly high: bigint;
}

/** The partitions of the topics, in a fixed order. */
export async function spansOf(admin: Admin, topics: readonly string[]): Promise<Span[]> {
  const spans: Span[] = [];
  for (const topic of topics) {
    const offsets = await offsetsOf(admin, topic);
    for (const { partition, low, high } of offsets.sort((a, b) => a.partition - b.partition))
      spans.push({ topic, partition, low: BigInt(low), high: BigInt(high) });
  }
  return spans;
}

/** A topic that was just made is not known to every part of the cluster at once. */
async function offsetsOf(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof KafkaJSError && error.retriable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
    }
  }
}

/** True when nothing was ever written to these topics. */
export async function isUntouched(kafka: Kafka, topics: readonly string[]): Promise<boolean> {
  if (topics.length === 0) return true;
  const admin = kafka.admin();
  await admin.connect();
  try {
    return (await spansOf(admin, topics)).every(({ high }) => high === 0n);
  } finally {
    await admin.disconnect();
  }
}

const slotOf = ({ topic, partition }: Pick<Span, 'topic' | 'partition'>) => `${topic}/${partition}`;

interface Waiting {
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * How far a reader still has to come to have read everything that was there when it began. What is deleted before it is
 * read never comes: while nothing does, Kafka is asked again what it still retains.
 */
export class CatchUp {
  /** Partitions that are behind: the next offset to be read, and the one that must be reached. */
  readonly #behind = new Map<string, { topic: string; next: bigint; end: bigint }>();
  readonly #done = Promise.withResolvers<void>();
  #progress = performance.now();

  constructor(spans: readonly Span[]) {
    for (const span of spans)
      if (span.high > span.low) this.#behind.set(slotOf(span), { topic: span.topic, next: span.low, end: span.high });
    if (this.#behind.size === 0) this.#done.resolve();
  }

  /** Everything before `next` has been read. */
  reached(partition: Pick<Span, 'topic' | 'partition'>, next: bigint): void {
    this.#progress = performance.now();
    const slot = slotOf(partition);
    const behind = this.#behind.get(slot);
    if (!behind) return;
    behind.next = next;
    if (next >= behind.end) this.#leave(slot);
  }

  /**
   * Resolves when nothing is behind, or nobody waits any more. Rejects with DEPENDENCY_UNAVAILABLE when the reader has come
   * no further for `patienceMs`; without it, waits for ever.
   */
  async finished(admin: Admin, { patienceMs = Number.POSITIVE_INFINITY, signal }: Waiting = {}): Promise<void> {
    signal?.addEventListener('abort', () => this.#done.resolve(), { once: true });
    while (this.#behind.size > 0 && !signal?.aborted) {
      const quiet = performance.now() - this.#progress;
      if (quiet > patienceMs) throw dependencyUnavailable(`nothing comes from ${[...this.#behind.keys()].join(', ')}`);
      if (quiet > ASK_AGAIN_MS) await this.#askAgain(admin);
      const pause = new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref());
      await Promise.race([this.#done.promise, pause]);
    }
  }

  #leave(slot: string): void {
    this.#behind.delete(slot);
    if (this.#behind.size === 0) this.#done.resolve();
  }

  async #askAgain(admin: Admin): Promise<void> {
    try {
      const topics = new Set([...this.#behind.values()].map(({ topic }) => topic));
      for (const span of await spansOf(admin, [...topics])) {
        const behind = this.#behind.get(slotOf(span));
        if (!behind) continue;
        // A broker that lost its disk comes back with less than it had.
        if (span.high < behind.end) behind.end = span.high;
        if (span.low >= behind.end || behind.next >= behind.end) this.#leave(slotOf(span));
      }
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'kafka: cannot ask what is retained, will try again');
    }
  }
}
