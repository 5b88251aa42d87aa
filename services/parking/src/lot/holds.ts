import type { Instant } from '@giaolo/chassis/clock';
import type { Hold, KnownLot, LotEvent } from './lot.ts';

/** One decision ends at most so many holds, so that a commit stays small after a long standstill. */
const MOST_ENDED_AT_ONCE = 500;

/** How many holds keep a space at `now`; a hold that has ended keeps none, swept or not. O(1) while none is due. */
export const standingHolds = (lot: KnownLot, now: Instant): number =>
  isAnyDue(lot, now) ? lot.held - holdsByEnd(lot).filter(({ until }) => until <= now).length : lot.held;

/** Ends the holds that are due at `now`, the earliest first. */
export function endDueHolds(lot: KnownLot, now: Instant): (LotEvent & { type: 'ReservationExpired' })[] {
  if (!isAnyDue(lot, now)) return [];
  const holds = holdsByEnd(lot);
  return holds
    .filter(({ until }) => until <= now)
    .slice(0, MOST_ENDED_AT_ONCE)
    .map(({ reservationId }, i) => ({
      type: 'ReservationExpired',
      reservationId,
      nextExpiryAt: holds[i + 1]?.until,
    }));
}

/** The earliest end among the other holds. */
export function nextExpiryWithout(lot: KnownLot, reservationId: string): Instant | undefined {
  if (lot[`hold:${reservationId}`]?.until !== lot.nextExpiryAt) return lot.nextExpiryAt;
  return holdsByEnd(lot).find((hold) => hold.reservationId !== reservationId)?.until;
}

const isAnyDue = (lot: KnownLot, now: Instant): boolean => lot.nextExpiryAt !== undefined && lot.nextExpiryAt <= now;

function holdsByEnd(lot: KnownLot): { reservationId: string; until: Instant }[] {
  const holds: { reservationId: string; until: Instant }[] = [];
  for (const field in lot) {
    if (!field.startsWith('hold:')) continue;
    const { until } = lot[field as `hold:${string}`] as Hold;
    holds.push({ reservationId: field.slice('hold:'.length), until });
  }
  return holds.sort((a, b) => a.until - b.until);
}
