import { applyPatch, type Decision, fold } from '@giaolo/chassis/decide';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { min } from '../../test/builders.ts';
import { acts, histories } from '../../test/histories.ts';
import { availabilityOf } from './availability.ts';
import { type Bay, evolve, type KnownLot, type Lot, type LotEvent } from './lot.ts';

/** All counters again, from the bays and holds themselves. */
function recount(lot: KnownLot, now: number) {
  const fields = Object.entries(lot as object);
  const ends: number[] = fields.filter(([field]) => field.startsWith('hold:')).map(([, hold]) => hold.until);
  const bays: Bay[] = fields.filter(([field]) => field.startsWith('bay:')).map(([, bay]) => bay);
  const occupied = lot.measuredBy === 'bays' ? bays.filter((bay) => bay.occupied).length : lot.occupied;
  const seen = lot.measuredBy === 'bays' ? bays.flatMap((bay) => bay.observedAt ?? []) : [lot.observedAt ?? []].flat();
  const standing = ends.filter((until) => until > now).length;
  return {
    counters: {
      capacity: lot.measuredBy === 'bays' ? bays.length : lot.capacity,
      occupied,
      observedAt: seen.length > 0 ? Math.max(...seen) : undefined,
      held: ends.length,
      nextExpiryAt: ends.length > 0 ? Math.min(...ends) : undefined,
    },
    standing,
    unsold: lot.capacity - occupied - standing,
  };
}

function expectRight(lot: KnownLot, now: number) {
  const { capacity, occupied, observedAt, held, nextExpiryAt } = lot;
  const { counters, standing, unsold } = recount(lot, now);
  expect({ capacity, occupied, observedAt, held, nextExpiryAt }).toEqual(counters);
  expect(availabilityOf(lot, now)).toMatchObject({ reserved: standing, free: Math.max(0, unsold) });
}

test('whatever happens in whatever order, no space is sold twice and the counters are right', () => {
  fc.assert(
    fc.property(histories(80), (history) => {
      const lot = fold<Lot, LotEvent>(evolve, []);
      const events: LotEvent[] = [];
      let now = min(60);
      for (const next of history) {
        now += next.after;
        const unsold = lot.status === undefined ? 0 : recount(lot, now).unsold;
        const decision: Decision<LotEvent, string> = acts[next.does](lot, next, now);
        if (!decision.accepted) {
          if (decision.reason === 'LOT_FULL') expect(unsold).toBeLessThanOrEqual(0);
          continue;
        }
        if (next.does === 'reserve' && decision.events.length > 0) expect(unsold).toBeGreaterThan(0);
        for (const event of decision.events) {
          applyPatch(lot, evolve(lot, event));
          expectRight(lot as KnownLot, now);
        }
        events.push(...decision.events);
      }
      expect(fold(evolve, JSON.parse(JSON.stringify(events)))).toEqual(JSON.parse(JSON.stringify(lot)));
    }),
    { numRuns: 500 },
  );
});
