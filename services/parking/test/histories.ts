import type { Decision } from '@giaolo/chassis/decide';
import fc from 'fast-check';
import { cancelReservation } from '../src/lot/cancel-reservation.ts';
import { closeLot } from '../src/lot/close-lot.ts';
import { countOccupancy } from '../src/lot/count-occupancy.ts';
import { expireHolds } from '../src/lot/expire-holds.ts';
import { followRegistry } from '../src/lot/follow-registry.ts';
import type { Lot, LotEvent } from '../src/lot/lot.ts';
import { observeBay } from '../src/lot/observe-bay.ts';
import { openLot } from '../src/lot/open-lot.ts';
import { reserveSpace } from '../src/lot/reserve-space.ts';
import { min } from './builders.ts';

const place = { displayName: 'Bãi xe', latitude: 10, longitude: 107, unit: { code: '77', validFrom: '2025-07-01' } };

export type Act = 'open' | 'close' | 'register' | 'sweep' | 'reserve' | 'cancel' | 'count' | 'observe';

// Whole minutes, so that things often fall together.
const minutes = (from: number, to: number) => fc.integer({ min: from, max: to }).map(min);
const bay = fc.constantFrom('1', '2', '3', '4');

const step = fc.record({
  does: fc.oneof(
    { weight: 4, arbitrary: fc.constant<Act>('reserve') },
    { weight: 2, arbitrary: fc.constantFrom<Act>('cancel', 'observe') },
    { weight: 3, arbitrary: fc.constantFrom<Act>('open', 'close', 'register', 'sweep', 'count', 'observe') },
  ),
  after: minutes(0, 3),
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  person: fc.constantFrom('user:an', 'user:binh'),
  byOperator: fc.boolean(),
  ahead: minutes(-1, 32),
  capacity: fc.integer({ min: 1, max: 5 }),
  bayIds: fc.oneof(fc.constant([]), fc.uniqueArray(bay, { minLength: 1 })),
  bayId: bay,
  taken: fc.boolean(),
  vehicles: fc.integer({ min: 0, max: 6 }),
  // Sensors report late, and some have a clock that runs ahead.
  lateness: minutes(-2, 20),
});
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What happens to a lot in one step; a `Decide` whose command is the step. */
export const acts: Record<Act, (lot: Lot, step: Step, now: number) => Decision<LotEvent, string>> = {
  open: (lot, { bayIds, capacity }) => openLot(lot, { ...place, capacity: bayIds.length || capacity, bayIds }),
  close: (lot) => closeLot(lot),
  register: (lot, { bayIds, capacity, vehicles, taken }) =>
    followRegistry(lot, {
      ...place,
      capacity: bayIds.length || capacity,
      bayIds,
      revision: vehicles + 1,
      retired: taken,
    }),
  sweep: (lot, _, now) => expireHolds(lot, null, now),
  reserve: (lot, { id, person, ahead }, now) =>
    reserveSpace(lot, { reservationId: id, holder: person, arriveBy: now + ahead }, now),
  cancel: (lot, { id, person, byOperator }, now) =>
    cancelReservation(lot, { reservationId: id, by: person, byOperator }, now),
  count: (lot, { vehicles, lateness }, now) =>
    countOccupancy(lot, { occupied: vehicles, observedAt: now - lateness }, now),
  observe: (lot, { bayId, taken, lateness }, now) =>
    observeBay(lot, { bayId, occupied: taken, observedAt: now - lateness }, now),
};

/** What can happen to a lot, as data: a failing history prints as what it is. */
export const histories = (maxLength: number) => fc.array(step, { maxLength, size: 'max' });
