import type { Instant } from '@giaolo/chassis/clock';
import type { TripSchedule } from '../feed/timetable.ts';
import type { TripPath } from './path.ts';

/** A vehicle so near to a stop is taken to be at it, metres. */
const AT_STOP = 20;

/**
 * Seconds behind schedule at a place of the path, negative when early. At a stop a vehicle may wait: from its
 * arrival time to its departure time it is on time. Between stops it is due in proportion to the distance.
 */
export function latenessAt(path: TripPath, schedule: TripSchedule, distance: number, at: Instant): number {
  const { stops } = path;
  const { arrival, departure } = schedule;
  const now = (at - schedule.zeroAt) / 1000;
  if (now < (departure[0] as number)) return 0;
  const behind = lastStopBefore(stops, distance);
  const ahead = behind + 1;
  if (ahead < stops.length && (behind < 0 || (stops[ahead] as number) - distance <= AT_STOP))
    return waiting(now, behind < 0 ? Number.NEGATIVE_INFINITY : (arrival[ahead] as number), departure[ahead] as number);
  if (ahead >= stops.length || distance - (stops[behind] as number) <= AT_STOP)
    return waiting(now, behind === 0 ? Number.NEGATIVE_INFINITY : (arrival[behind] as number), departure[behind] as number);
  const from = stops[behind] as number;
  const share = (distance - from) / ((stops[ahead] as number) - from);
  const leaves = departure[behind] as number;
  return now - (leaves + share * ((arrival[ahead] as number) - leaves));
}

function waiting(now: number, arrives: number, departs: number): number {
  return now < arrives ? now - arrives : Math.max(0, now - departs);
}

/** The last stop at or before a place; -1 when there is none. */
function lastStopBefore(stops: Float64Array, distance: number): number {
  let low = -1;
  let high = stops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((stops[middle] as number) <= distance) low = middle;
    else high = middle - 1;
  }
  return low;
}
