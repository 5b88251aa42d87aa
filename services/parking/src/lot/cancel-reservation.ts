import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import { nextExpiryWithout } from './holds.ts';
import type { Lot, LotEvent } from './lot.ts';

export type CancelReservation = {
  readonly reservationId: string;
  /** Subject of the principal who cancels. */
  readonly by: string;
  /** Operators may cancel anybody's reservation. */
  readonly byOperator: boolean;
};

export type CancelRefusal = 'LOT_UNKNOWN' | 'RESERVATION_UNKNOWN' | 'NOT_HOLDER';

/** The holder gives the space back, or an operator takes it back. */
export function cancelReservation(
  lot: Lot,
  { reservationId, by, byOperator }: CancelReservation,
  now: Instant,
): Decision<LotEvent, CancelRefusal> {
  if (lot.status === undefined) return refuse('LOT_UNKNOWN');
  const hold = lot[`hold:${reservationId}`];
  if (!hold || hold.until <= now) return refuse('RESERVATION_UNKNOWN');
  if (hold.holder !== by && !byOperator) return refuse('NOT_HOLDER');
  return accept({ type: 'ReservationCancelled', reservationId, nextExpiryAt: nextExpiryWithout(lot, reservationId) });
}
