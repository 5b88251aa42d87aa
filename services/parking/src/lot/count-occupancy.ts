import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { Lot, LotEvent } from './lot.ts';
import { isInFuture, type ObservationRefusal } from './observation.ts';

export type CountOccupancy = {
  readonly occupied: number;
  readonly observedAt: Instant;
};

/** The newest count is the truth, whatever was reserved; an older one that comes late changes nothing. */
export function countOccupancy(
  lot: Lot,
  { occupied, observedAt }: CountOccupancy,
  now: Instant,
): Decision<LotEvent, ObservationRefusal> {
  if (isInFuture(observedAt, now)) return refuse('IN_FUTURE');
  if (lot.status === undefined) return refuse('LOT_UNKNOWN');
  if (lot.measuredBy !== 'count') return refuse('NOT_MEASURED_SO');
  if (lot.observedAt !== undefined && observedAt <= lot.observedAt) return accept();
  return accept({ type: 'OccupancyCounted', occupied, observedAt });
}
