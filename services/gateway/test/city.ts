import type { Unit } from '@giaolo/chassis/principal';
import type { PagePrediction, PageRoute, PageStop } from '../src/page-contract.ts';

// A small city for tests: three bus lines, eleven buses in every state, four car parks.

export const FEED = 'feeds/vung-tau';
/** The unit that all of it belongs to. */
export const here: Unit = { code: '77', validFrom: '2025-07-01' };

const line = (routeId: string, shortName: string, longName: string, path: [number, number][]): PageRoute => ({
  routeId,
  shortName,
  longName,
  color: '',
  paths: [path],
});

export const routes: PageRoute[] = [
  line('R01', '01', 'Bến xe Vũng Tàu – Bãi Trước', [
    [107.0938, 10.3712],
    [107.0902, 10.3666],
    [107.0861, 10.3617],
    [107.0823, 10.3561],
    [107.0781, 10.3512],
    [107.0742, 10.3468],
    [107.0706, 10.3449],
  ]),
  line('R04', '04', 'Bãi Trước – Bãi Sau – Đồi Con Heo', [
    [107.0706, 10.3449],
    [107.0722, 10.3402],
    [107.0771, 10.3377],
    [107.0829, 10.3363],
    [107.0871, 10.3391],
    [107.0925, 10.3445],
    [107.0972, 10.3499],
    [107.1016, 10.3558],
  ]),
  line('R06', '06', 'Bến xe Vũng Tàu – Bãi Sau – Chí Linh', [
    [107.0938, 10.3712],
    [107.0989, 10.3689],
    [107.1031, 10.3654],
    [107.1016, 10.3558],
    [107.1058, 10.3622],
    [107.1104, 10.3701],
    [107.1163, 10.3772],
  ]),
];

const stop = (stopId: string, name: string, lon: number, lat: number): PageStop => ({ stopId, name, lat, lon });

export const stops: PageStop[] = [
  stop('VT01', 'Bến xe Vũng Tàu', 107.0938, 10.3712),
  stop('VT02', 'Chợ Rạch Dừa', 107.0902, 10.3666),
  stop('VT03', 'Ngã năm Nguyễn An Ninh', 107.0861, 10.3617),
  stop('VT04', 'Bệnh viện Lê Lợi', 107.0823, 10.3561),
  stop('VT05', 'Chợ Vũng Tàu', 107.0781, 10.3512),
  stop('VT06', 'Bãi Trước', 107.0706, 10.3449),
  stop('VT07', 'Bến tàu cánh ngầm', 107.0722, 10.3402),
  stop('VT08', 'Đường Hạ Long', 107.0829, 10.3363),
  stop('VT09', 'Bãi Sau – Thùy Vân', 107.0925, 10.3445),
  stop('VT10', 'Đồi Con Heo', 107.1016, 10.3558),
  stop('VT11', 'Ngã tư Giếng Nước', 107.1031, 10.3654),
  stop('VT12', 'Khu đô thị Chí Linh', 107.1163, 10.3772),
];

export interface Bus {
  readonly id: string;
  readonly routeId: string;
  /** How far along its route, 0 to 1. */
  readonly share: number;
  /** Absent = serves no trip. */
  readonly latenessSeconds?: number;
  readonly ageSeconds: number;
  readonly unplaced?: PageUnplaced;
}

type PageUnplaced = 'NO_TRIP' | 'OFF_ROUTE';

export const buses: Bus[] = [
  { id: '72B-017.34', routeId: 'R01', share: 0.18, latenessSeconds: 40, ageSeconds: 4 },
  { id: '72B-020.11', routeId: 'R01', share: 0.52, latenessSeconds: 260, ageSeconds: 9 },
  { id: '72B-020.45', routeId: 'R01', share: 0.83, latenessSeconds: -130, ageSeconds: 6 },
  { id: '72B-021.07', routeId: 'R04', share: 0.12, latenessSeconds: 0, ageSeconds: 2 },
  { id: '72B-021.08', routeId: 'R04', share: 0.41, latenessSeconds: 845, ageSeconds: 11 },
  { id: '72B-021.15', routeId: 'R04', share: 0.66, latenessSeconds: 75, ageSeconds: 95 },
  { id: '72B-022.60', routeId: 'R04', share: 0.92, latenessSeconds: 410, ageSeconds: 400 },
  { id: '72B-023.02', routeId: 'R06', share: 0.2, latenessSeconds: -15, ageSeconds: 7 },
  { id: '72B-023.03', routeId: 'R06', share: 0.47, latenessSeconds: 200, ageSeconds: 14 },
  { id: '72B-023.19', routeId: 'R06', share: 0.75, ageSeconds: 5, unplaced: 'OFF_ROUTE' },
  { id: '72B-099.01', routeId: '', share: 0.05, ageSeconds: 20, unplaced: 'NO_TRIP' },
];

export const lots = [
  {
    id: 'bai-truoc',
    name: 'Bãi đỗ xe Bãi Trước',
    lat: 10.3461,
    lon: 107.0733,
    capacity: 120,
    occupied: 78,
    reserved: 5,
  },
  {
    id: 'thuy-van',
    name: 'Bãi đỗ xe Thùy Vân',
    lat: 10.3468,
    lon: 107.0968,
    capacity: 240,
    occupied: 236,
    reserved: 4,
  },
  {
    id: 'cho-vung-tau',
    name: 'Bãi đỗ xe Chợ Vũng Tàu',
    lat: 10.3527,
    lon: 107.081,
    capacity: 64,
    occupied: 12,
    reserved: 0,
  },
  { id: 'ben-xe', name: 'Bãi đỗ xe Bến xe', lat: 10.3725, lon: 107.0958, capacity: 80, occupied: 0, reserved: 0 },
] as const;

export const NEVER_OBSERVED = 'ben-xe';

/** Place and course at a share of the way along a path of [lon, lat]. */
export function along(path: readonly (readonly [number, number])[], share: number) {
  const lengths = path.slice(1).map((to, at) => distance(path[at] as [number, number], to));
  let rest = share * lengths.reduce((sum, length) => sum + length, 0);
  for (const [at, length] of lengths.entries()) {
    const [from, to] = [path[at] as [number, number], path[at + 1] as [number, number]];
    if (rest <= length || at === lengths.length - 1) {
      const part = length === 0 ? 0 : Math.min(1, rest / length);
      const bearing = (Math.atan2(to[0] - from[0], to[1] - from[1]) * 180) / Math.PI;
      return {
        lon: from[0] + (to[0] - from[0]) * part,
        lat: from[1] + (to[1] - from[1]) * part,
        bearing: (bearing + 360) % 360,
      };
    }
    rest -= length;
  }
  throw new Error('a path without length');
}

const distance = (a: readonly [number, number], b: readonly [number, number]) => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** The stops of a route that lie ahead of a bus, two minutes apart. */
export function stopsAhead({ routeId, share, latenessSeconds = 0 }: Bus, now: number): PagePrediction['stops'] {
  const path = routes.find((route) => route.routeId === routeId)?.paths[0] ?? [];
  const onRoute = path.flatMap(([lon, lat], at) => {
    const found = stops.find((one) => one.lon === lon && one.lat === lat);
    return found && at / (path.length - 1) > share ? [found] : [];
  });
  return onRoute.map(({ stopId }, at) => {
    const predictedAt = now + 50_000 + at * 130_000;
    return { stopId, stopSequence: 10 + at, scheduledAt: predictedAt - latenessSeconds * 1000, predictedAt };
  });
}
