import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { Lot, LotEvent } from './lot.ts';
import { isInFuture, type ObservationRefusal } from './observation.ts';

export type ObserveBay = {
  readonly bayId: string;
  readonly occupied: boolean;
  readonly observedAt: Instant;
};

/** A sensor saw one bay taken or free; the newest sight of each bay counts. */
export function observeBay(
  lot: Lot,
  { bayId, occupied, observedAt }: ObserveBay,
  now: Instant,
): Decision<LotEvent, ObservationRefusal> {
  if (isInFuture(observedAt, now)) return refuse('IN_FUTURE');
  if (lot.status === undefined) return refuse('LOT_UNKNOWN');
  const bay = lot[`bay:${bayId}`];
  if (!bay) return refuse('NOT_MEASURED_SO');
  if (bay.observedAt !== undefined && observedAt <= bay.observedAt) return accept();
  return accept({ type: 'BayObserved', bayId, occupied, observedAt });
}
