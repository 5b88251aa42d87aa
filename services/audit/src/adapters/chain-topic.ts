import { kafkaClient } from '@giaolo/chassis/kafka/connection';
import { scan } from '@giaolo/chassis/kafka/scan';
import { formatUnit, type Unit } from '@giaolo/chassis/principal';
import { ChainExtended } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { Repeats } from '../chain/repeats.ts';
import { linkOf, type TopicLink } from './wire.ts';

/** A record of the topic of the links, wherever it was read. */
export interface LinkRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** The records in which the links of a unit are, and others; from the first to the last that is there at the call. */
export type ReadRecords = (unit: Unit) => AsyncIterable<LinkRecord>;

/** `topic` by its physical name. */
export function recordsIn(topic: string, brokers: readonly string[], clientId: string): ReadRecords {
  const kafka = kafkaClient(brokers, clientId);
  return (unit) => scan(kafka, topic, { partitionOf: formatUnit(unit) });
}

/** The links of a unit in the order of the topic, each once. */
export async function* linksOf(unit: Unit, read: ReadRecords): AsyncGenerator<TopicLink, void> {
  const name = formatUnit(unit);
  const repeats = new Repeats();
  for await (const record of read(unit)) {
    if (record.key !== name) continue;
    const link = readLink(record);
    if (!repeats.isRepeat(link)) yield link;
  }
}

/** What does not decode stands in the place of a link, and is for the verifier to find. */
function readLink({ partition, offset, value }: LinkRecord): TopicLink {
  const nothing = new Uint8Array(0);
  const unreadable = { unit: '', index: 0, previousHash: nothing, act: nothing, hash: nothing };
  try {
    return { ...linkOf(ChainExtended.decode(value ?? nothing)), partition, offset };
  } catch {
    return { ...unreadable, partition, offset };
  }
}
