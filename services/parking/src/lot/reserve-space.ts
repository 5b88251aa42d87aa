import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import { availabilityOf } from './availability.ts';
import { endDueHolds } from './holds.ts';
import type { Lot, LotEvent } from './lot.ts';

export type ReserveSpace = {
  readonly reservationId: string;
  /** Subject of the principal who asks. */
  readonly holder: string;
  readonly arriveBy: Instant;
};

export type ReserveRefusal = 'LOT_UNKNOWN' | 'LOT_CLOSED' | 'ARRIVAL_PASSED' | 'HOLD_TOO_LONG' | 'LOT_FULL';

export const MAX_HOLD_MS = 30 * 60_000;

/** A driver asks for a space; the lot keeps one free until `arriveBy`. */
export function reserveSpace(lot: Lot, ask: ReserveSpace, now: Instant): Decision<LotEvent, ReserveRefusal> {
  if (lot.status === undefined) return refuse('LOT_UNKNOWN');
  if (lot.status === 'closed') return refuse('LOT_CLOSED');
  const hold = lot[`hold:${ask.reservationId}`];
  // Clients retry: the same ask must not take a second space.
  if (hold && hold.until > now) return accept();
  if (ask.arriveBy <= now) return refuse('ARRIVAL_PASSED');
  if (ask.arriveBy - now > MAX_HOLD_MS) return refuse('HOLD_TOO_LONG');
  if (availabilityOf(lot, now).free === 0) return refuse('LOT_FULL');
  const { reservationId, holder, arriveBy } = ask;
  return accept<LotEvent>(...endDueHolds(lot, now), { type: 'SpaceReserved', reservationId, holder, until: arriveBy });
}
