import { type CommittedRecord, CommittedRecords } from '@giaolo/proto/giaolo/chassis/v1/commit';
import type { Outgoing } from './bus.ts';

/** A record on its way to the bus, as it waits in the outbox; without a value it deletes its key. */
export interface OutboxRecord extends Pick<CommittedRecord, 'topic' | 'key' | 'sequence' | 'origin'> {
  readonly value?: Uint8Array | undefined;
}

/** All records of one commit, as one entry of the outbox. */
export const packRecords = (records: readonly OutboxRecord[]): Uint8Array =>
  CommittedRecords.encode({ records: records as CommittedRecord[] }).finish();

export const unpackRecords = (bytes: Uint8Array): OutboxRecord[] => CommittedRecords.decode(bytes).records;

/** A decided fact as a CloudEvent in binary mode; records of state travel with their sequence alone. */
export function outgoingOf(service: string, { topic, key, value: bytes, sequence, origin }: OutboxRecord): Outgoing {
  const value = bytes ?? null;
  const numbered = sequence > 0 && { ce_sequence: String(sequence) };
  if (!origin) return { topic, key, value, headers: { ...numbered } };
  const { id, occurredAt, subject, unit, traceparent } = origin;
  return {
    topic,
    key,
    value,
    headers: {
      'content-type': 'application/protobuf',
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: `/giaolo/${service}`,
      ce_type: topic,
      ce_subject: key,
      ce_time: new Date(occurredAt).toISOString(),
      ...numbered,
      ce_principal: subject,
      ce_unit: unit,
      ...(traceparent && { traceparent }),
    },
  };
}
