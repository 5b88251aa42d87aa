import type { Kafka } from 'kafkajs';
import type { Outgoing, Publisher } from '../bus.ts';
import type { Instant } from '../clock.ts';
import { log } from '../log.ts';
import { counter } from '../metrics.ts';
import { type Retained, scan } from './scan.ts';

const ROUNDS = 5;
/** By so much may the clocks of two replicas differ: records are found by the time that their sender wrote on them. */
const CLOCKS_MS = 5 * 60_000;

interface Late {
  readonly records: readonly Outgoing[];
  /** The newer records of their keys were written after this. */
  readonly since: Instant;
  readonly physical: (topic: string) => string;
}

const mended = counter(
  'giaolo_kafka_mended_total',
  'Records sent again because an older one of their key came after them',
);

/**
 * Consumers drop what is not newer than the last of its key, but compaction keeps what came last. Where old records were
 * sent again after newer ones, this sends the newest of each key once more, until it stands at the end.
 */
export async function mend(kafka: Kafka, publisher: Publisher, { records, since, physical }: Late): Promise<void> {
  const keys = new Map<string, Set<string>>();
  for (const { topic, key, headers } of records) {
    if (headers?.['ce_sequence'] === undefined) continue;
    const ofTopic = keys.get(topic) ?? new Set();
    keys.set(topic, ofTopic.add(key));
  }
  for (const [topic, ofTopic] of keys) {
    for (let round = 0; round < ROUNDS; round++) {
      const behind = await overtaken(kafka, physical(topic), ofTopic, since - CLOCKS_MS);
      if (behind.length === 0) break;
      log.warn({ topic, records: behind.length }, 'kafka: old records came late; sending the newest again');
      mended.add(behind.length, { topic });
      await publisher.send(behind.map((record) => again(topic, record)));
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
