import { type Retained, scan } from '@giaolo/chassis/kafka/scan';
import { StateFold, sequenceOf } from '@giaolo/chassis/rebuild';
import type { Kafka } from 'kafkajs';
import type { Plan } from './plans.ts';

export interface KafkaState {
  readonly fold: StateFold;
  /** How many were read. */
  readonly records: number;
  /** When the newest state was written, milliseconds since 1970; 0 = there is none. */
  readonly newest: number;
}

/** Of topics with thousands of observations and not one fact, no more is read. */
const SAMPLE = 100;

/** What Kafka says of the aggregates of a service: their state, and the newest number of their facts. */
export async function readState(kafka: Kafka, prefix: string, plan: Plan): Promise<KafkaState> {
  const fold = new StateFold();
  let records = 0;
  let newest = 0;
  for (const topic of plan.states)
    for await (const record of scan(kafka, prefix + topic)) {
      fold.takeState(record);
      newest = Math.max(newest, record.timestamp);
      records++;
    }
  for (const topic of plan.facts)
    for await (const record of facts(kafka, prefix + topic)) {
      records++;
      const name = plan.nameOf(record.key, (known) => fold.has(known));
      if (name !== undefined) fold.takeFact(name, sequenceOf(record));
    }
  return { fold, records, newest };
}

/** The records of a topic, unless its first ones have no sequence. */
async function* facts(kafka: Kafka, topic: string): AsyncGenerator<Retained> {
  let without = 0;
  for await (const record of scan(kafka, topic)) {
    if (sequenceOf(record) > 0) without = Number.NEGATIVE_INFINITY;
    else if (++without >= SAMPLE) return;
    yield record;
  }
}
