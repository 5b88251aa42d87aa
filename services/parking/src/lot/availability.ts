import type { Instant } from '@giaolo/chassis/clock';
import { standingHolds } from './holds.ts';
import type { KnownLot } from './lot.ts';

export interface Availability {
  readonly capacity: number;
  readonly occupied: number;
  readonly reserved: number;
  /** What can be taken at this instant; never below 0, whatever was observed. */
  readonly free: number;
  readonly observedAt: Instant | undefined;
}

export function availabilityOf(lot: KnownLot, now: Instant): Availability {
  const { capacity, occupied, observedAt } = lot;
  const reserved = standingHolds(lot, now);
  return { capacity, occupied, reserved, free: Math.max(0, capacity - occupied - reserved), observedAt };
}
