import type { Instant } from '@giaolo/chassis/clock';
import { type LineStop, type Place, placeOn, RUN_SECONDS, type Way } from './line.ts';
import { firstDeparture, HEADWAY_MINUTES, tripId } from './timetable.ts';

export const buses = ['bus-1', 'bus-2', 'bus-3'] as const;

export interface BusFix extends Place {
  readonly vehicleId: string;
  readonly bearing: number;
  /** Metres per second. */
  readonly speed: number;
  /** Absent while the bus rests between two trips. */
  readonly trip?: { readonly tripId: string; readonly startDate: string };
}

const HOUR_S = 3600;
const HALF_HOUR_S = 1800;
/** A bus takes its next trip this long before it leaves. */
const READY_SECONDS = 240;
/** Viet Nam keeps one time all year round. */
const ZONE_MS = 7 * HOUR_S * 1000;

/**
 * Where a bus is at `now`: a function of nothing else, so that a feeder that was started again goes on where it was.
 * Each bus goes out and back once an hour, at times up to a minute and a half late.
 */
export function busAt(number: 0 | 1 | 2, now: Instant, ways: readonly [Way, Way]): BusFix {
  const vehicleId = buses[number];
  // Late as a bus is, it stands where the timetable had it some seconds ago.
  const scheduled = (now + ZONE_MS) / 1000 - lateness(number, now / 1000);
  const sinceOut = modulo(scheduled - (firstDeparture[0] + number * HEADWAY_MINUTES) * 60, HOUR_S);
  const way = ways[sinceOut < HALF_HOUR_S ? 0 : 1];
  const elapsed = modulo(sinceOut, HALF_HOUR_S);
  const departed = scheduled - elapsed;
  const next = ways[way.directionId === 0 ? 1 : 0];
  if (elapsed < RUN_SECONDS) return { vehicleId, ...onTheWay(way, elapsed), trip: trip(way, departed) };
  const resting = { vehicleId, ...placeOn(next, 0), speed: 0 };
  return HALF_HOUR_S - elapsed > READY_SECONDS ? resting : { ...resting, trip: trip(next, departed + HALF_HOUR_S) };
}

/** Seconds behind the timetable, -15 to 95; grows and falls slowly enough that no bus ever drives backwards. */
export const lateness = (number: number, seconds: number): number =>
  40 +
  35 * Math.sin((2 * Math.PI * seconds) / 780 + number * 2) +
  20 * Math.sin((2 * Math.PI * seconds) / 340 + number);

/** `departed` in seconds of Vietnamese time. */
function trip({ directionId }: Way, departed: number) {
  const minute = Math.round(departed / 60);
  const date = new Date(minute * 60_000).toISOString().slice(0, 10).replaceAll('-', '');
  return { tripId: tripId(directionId, minute % (24 * 60)), startDate: date };
}

function onTheWay(way: Way, elapsed: number) {
  const next = way.stops.findIndex((stop) => stop.departs > elapsed);
  const from = way.stops[next - 1] as LineStop;
  const to = way.stops[next] as LineStop;
  const share = Math.min(1, (elapsed - from.departs) / (to.arrives - from.departs));
  const metres = to.distance - from.distance;
  // Gathers speed, then brakes: the cubic that starts and ends at rest.
  const distance = from.distance + metres * share * share * (3 - 2 * share);
  const speed = (6 * share * (1 - share) * metres) / (to.arrives - from.departs);
  return { ...placeOn(way, distance), speed };
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
