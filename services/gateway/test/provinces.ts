import type { Outgoing } from '@giaolo/chassis/bus';
import type { Instant } from '@giaolo/chassis/clock';
import type { Unit } from '@giaolo/chassis/principal';
import { Lot, Lot_State } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import type { Behind } from './behind.ts';
import { type Bus, buses, here, routes, stops } from './city.ts';
import { elsewhere } from './people.ts';
import { activated, lotSaid, predicted, progressed } from './reports.ts';

/** One of everything in each of two provinces; all that is one's own has its mark in its name. */
export const provinces = [
  { unit: here, mark: 'vung-tau' },
  { unit: elsewhere, mark: 'can-tho' },
] as const;

/** A unit that nobody has a role in. */
export const stray = { unit: undefined, mark: 'nobodys' } as const;

const [someBus] = buses as [Bus];

export interface Province {
  readonly unit: Unit | undefined;
  readonly mark: string;
}

const lotOf = ({ unit, mark }: Province): Lot =>
  Lot.fromPartial({
    name: `lots/${mark}`,
    displayName: `Bãi ${mark}`,
    position: { latitude: 10, longitude: 105 },
    unit,
    state: Lot_State.STATE_OPEN,
    availability: { capacity: 10, free: 10 },
  });

/** What the services behind know of the two provinces. */
export function found(behind: Behind): void {
  behind.lots = provinces.map(lotOf);
  behind.feeds = provinces.map(({ unit, mark }) => ({
    feed: `feeds/${mark}`,
    agencyName: `Xe buýt ${mark}`,
    timeZone: 'Asia/Ho_Chi_Minh',
    digest: 'd1',
    routes: routes.slice(0, 1),
    stops,
    unit,
  }));
}

/** What was said on the bus of the two provinces, and of things that belong to no unit. */
export const reports = (now: Instant): Outgoing[] =>
  [...provinces, stray].flatMap((province) => [
    ...(province.unit ? [activated('d1', `feeds/${province.mark}`, province.unit)] : []),
    ...moved(province, now),
  ]);

/** Everything of a province, said anew. */
export function moved(province: Province, now: Instant): Outgoing[] {
  const feed = `feeds/${province.mark}`;
  return [progressed(someBus, now, feed), ...predicted(someBus, now, feed), lotSaid(lotOf(province))];
}

/** Whose things are in an answer. */
export const marksIn = (text: string): string[] =>
  [...provinces, stray].flatMap(({ mark }) => (text.includes(mark) ? mark : []));
