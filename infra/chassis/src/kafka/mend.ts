import type { Kafka } from 'kafkajs';
import type { Outgoing, Publisher } from '../bus.ts';
import type { Instant } from '../clock.ts';
import { log } from '../log.ts';
import { counter } from '../metrics.ts';
import { type Retained, scan } from './scan.ts';

const ROUNDS = 5;
/** By so much may the clocks of two replicas differ: records are found by the time that their sender wrote on them. */
const CLOCKS_MS = 5 * 60_000;

const AGAIN_MS = 1_000;

const mended = counter(
  'giaolo_kafka_mended_total',
  'Records sent again because an older one of their key came after them',
);

/**
 * Consumers drop what is not newer than the last of its key, but compaction keeps what came last. Where old records were
 * sent again after newer ones, this sends the newest of each key once more, until it stands at the end. One scan at a time,
 * for all that was told meanwhile: a process that stood still has late records of many shards at once.
 */
export class Mender {
  readonly #kafka: Kafka;
  readonly #publisher: Publisher;
  readonly #physical: (topic: string) => string;
  /** Keys that may be behind, by topic. */
  #late = new Map<string, Set<string>>();
  #since = Number.POSITIVE_INFINITY;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(kafka: Kafka, publisher: Publisher, physical: (topic: string) => string) {
    this.#kafka = kafka;
    this.#publisher = publisher;
    this.#physical = physical;
  }

  /** The newer records of their keys were written after `since`. Resolves when nothing is behind. */
  mend(records: readonly Outgoing[], since: Instant): Promise<void> {
    for (const { topic, key, headers } of records)
      if (headers?.['ce_sequence'] !== undefined) this.#note(topic, [key], since);
    this.#running ??= this.#mendAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  close(): void {
    this.#closed = true;
  }

  #note(topic: string, keys: Iterable<string>, since: Instant): void {
    const known = this.#late.get(topic) ?? new Set();
    for (const key of keys) known.add(key);
    this.#late.set(topic, known);
    this.#since = Math.min(this.#since, since);
  }

  async #mendAll(): Promise<void> {
    while (this.#late.size > 0 && !this.#closed) {
      const [late, since] = [this.#late, this.#since];
      this.#late = new Map();
      this.#since = Number.POSITIVE_INFINITY;
      for (const [topic, keys] of late) {
        try {
          await this.#mendTopic(topic, keys, since);
        } catch (error) {
          log.warn({ topic, error: (error as Error).message }, 'kafka: late records are there still, will try again');
          this.#note(topic, keys, since);
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        }
      }
    }
  }

  async #mendTopic(topic: string, keys: ReadonlySet<string>, since: Instant): Promise<void> {
    for (let round = 0; round < ROUNDS && !this.#closed; round++) {
      const behind = await overtaken(this.#kafka, this.#physical(topic), keys, since - CLOCKS_MS);
      if (behind.length === 0) return;
      log.warn({ topic, records: behind.length }, 'kafka: old records came late; sending the newest again');
      mended.add(behind.length, { topic });
      await this.#publisher.send(behind.map((record) => again(topic, record)));
    }
  }
}

/** The newest records of these keys, where an older one came after. */
async function overtaken(kafka: Kafka, topic: string, keys: ReadonlySet<string>, since: Instant): Promise<Retained[]> {
  const newest = new Map<string, { record: Retained; sequence: number; isLast: boolean }>();
  for await (const record of scan(kafka, topic, { since })) {
    if (!keys.has(record.key)) continue;
    const sequence = Number(record.headers['ce_sequence'] ?? 0);
    const known = newest.get(record.key);
    if (known && sequence < known.sequence) known.isLast = false;
    else newest.set(record.key, { record, sequence, isLast: true });
  }
  return [...newest.values()].flatMap(({ record, isLast }) => (isLast ? [] : [record]));
}

const again = (topic: string, { key, value, headers }: Retained): Outgoing => ({
  topic,
  key,
  value,
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
});
