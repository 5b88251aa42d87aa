import type { PageLot, PageVehicle } from '@giaolo/gateway/page-contract';
import { ageOf } from './freshness.ts';
import { type Punctuality, punctualityOf } from './punctuality.ts';

export interface Summary {
  readonly vehicles: number;
  /** Vehicles whose last word is too old to count below. */
  readonly silent: number;
  readonly byPunctuality: Readonly<Record<Punctuality, number>>;
  /** Free spaces and capacity of the open lots that are known. */
  readonly free: number;
  readonly capacity: number;
  /** Open lots about which nothing, or nothing recent, is known. */
  readonly lotsUnknown: number;
}

/** The city in a few numbers; stale values are not counted as if they were live. */
export function summarize(vehicles: Iterable<PageVehicle>, lots: Iterable<PageLot>, now: number): Summary {
  const byPunctuality = { early: 0, 'on-time': 0, late: 0, 'very-late': 0, unplaced: 0 };
  let [count, silent, free, capacity, lotsUnknown] = [0, 0, 0, 0, 0];
  for (const vehicle of vehicles) {
    count += 1;
    if (isOld('vehicle', vehicle.observedAt, now)) silent += 1;
    else byPunctuality[punctualityOf(vehicle)] += 1;
  }
  for (const lot of lots) {
    if (lot.state !== 'OPEN') continue;
    if (isOld('lot', lot.observedAt, now)) {
      lotsUnknown += 1;
      continue;
    }
    free += lot.free;
    capacity += lot.capacity;
  }
  return { vehicles: count, silent, byPunctuality, free, capacity, lotsUnknown };
}

function isOld(kind: 'vehicle' | 'lot', observedAt: number | undefined, now: number): boolean {
  const { freshness } = ageOf(kind, observedAt, now);
  return freshness === 'stale' || freshness === 'unknown';
}
