import { type ActRecorded, ActRecorded_Outcome } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { BEGINNING, extend, type Head, type Link } from '../src/chain/link.ts';

export const unit = { code: '79', validFrom: '2025-07-01' };
export const UNIT = '79/2025-07-01';

/** Minutes as milliseconds, for instants and spans of tests. */
export const min = (minutes: number): number => minutes * 60_000;

/** The chain of these acts. */
export function chainOf(acts: readonly Uint8Array[], of = UNIT, after: Head = BEGINNING): Link[] {
  const links: Link[] = [];
  for (const act of acts) links.push(extend(links.at(-1) ?? after, of, act));
  return links;
}

/** Acts that differ, `size` bytes each. */
export const acts = (count: number, size = 40): Buffer[] =>
  Array.from({ length: count }, (_, i) => Buffer.from(`act ${i} `.padEnd(size, '.')));

export const headOf = ({ index, hash }: Link): Head => ({ index, hash });

let made = 0;

/** An act like others, with an id of its own. */
export const actOf = (changed: Partial<ActRecorded> = {}): ActRecorded => ({
  recordId: `lots/a@${++made}`,
  unit,
  subject: 'user:operator',
  subjectUnit: unit,
  method: 'giaolo.parking.v1.ParkingService/OpenLot',
  object: 'lots/a',
  outcome: ActRecorded_Outcome.OUTCOME_ACCEPTED,
  reason: '',
  firstSequence: 1n,
  lastSequence: 1n,
  occurredTime: new Date('2026-02-16T12:00:00Z'),
  traceparent: '',
  ...changed,
});
