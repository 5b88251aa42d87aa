import type { Instant } from '@giaolo/chassis/clock';

export interface SampleLot {
  readonly name: string;
  readonly displayName: string;
  readonly lat: number;
  readonly lon: number;
  /** Spaces of a lot that is counted; a lot of bays has their ids instead. */
  readonly capacity: number;
  readonly bayIds: readonly string[];
}

export const beach: SampleLot = {
  name: 'lots/sample-beach',
  displayName: 'Bãi đỗ xe Cát Dài',
  lat: 10.3489,
  lon: 107.1012,
  capacity: 120,
  bayIds: [],
};

export const market: SampleLot = {
  name: 'lots/sample-market',
  displayName: 'Bãi đỗ xe Chợ Cá Bạc',
  lat: 10.3516,
  lon: 107.0781,
  capacity: 0,
  bayIds: Array.from({ length: 24 }, (_, i) => `B${String(i + 1).padStart(2, '0')}`),
};

export const lots = [beach, market] as const;

/** Viet Nam keeps one time all year round. */
const ZONE_HOURS = 7;

/** How full a lot is at `now`, 0 to 1: quiet before dawn, full in the evening, with a swell of some minutes. */
export function demand(now: Instant): number {
  const hour = (now / 3_600_000 + ZONE_HOURS) % 24;
  const day = 0.55 + 0.33 * Math.cos(((hour - 18) / 24) * 2 * Math.PI);
  return day + 0.08 * Math.sin((2 * Math.PI * now) / 420_000);
}

/** Vehicles in the counted lot. */
export const counted = (now: Instant): number =>
  Math.min(beach.capacity, Math.max(0, Math.round(beach.capacity * demand(now) + 2 * Math.sin(now / 9_000))));

/** Whether a bay is taken: each visit lasts some minutes, and each bay changes at a time of its own. */
export function taken(bay: number, now: Instant): boolean {
  const minutes = 4 + (bay % 5);
  const visit = Math.floor(now / 60_000 / minutes + bay * 0.37);
  return chance(visit * 31 + bay * 7919) < demand(now);
}

/** A number from 0 to 1 that is always the same for the same `seed`. */
function chance(seed: number): number {
  const wave = Math.sin(seed * 12.9898) * 43_758.5453;
  return wave - Math.floor(wave);
}
