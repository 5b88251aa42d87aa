import type { Instant } from '@giaolo/chassis/clock';
import type { TripSchedule } from '../feed/timetable.ts';
import type { TripPath } from './path.ts';

/** A vehicle so near to a stop is taken to be at it, metres. */
const AT_STOP = 20;

/**
 * Seconds behind schedule at a place of the path, negative when early. Before the trip is due to start there is
 * nothing to be late for, wherever the vehicle waits or turns.
 */
export function latenessAt(path: TripPath, schedule: TripSchedule, distance: number, at: Instant): number {
  const now = (at - schedule.zeroAt) / 1000;
  if (now < (schedule.departure[0] as number) && !schedule.isTemplate) return 0;
  const [from, until] = dueAt(path, schedule, distance);
  return now < from ? now - from : Math.max(0, now - until);
}

/**
 * From when until when a vehicle is due at a place, in seconds of the schedule. At a stop it may wait from its
 * arrival time to its departure time; between stops it is due at one moment, in proportion to the distance.
 */
export function dueAt({ stops }: TripPath, schedule: TripSchedule, distance: number): [from: number, until: number] {
  const { arrival, departure } = schedule;
  const behind = lastStopAt(stops, distance);
  const ahead = behind + 1;
  if (behind < 0 || (ahead < stops.length && (stops[ahead] as number) - distance <= AT_STOP))
    return [arrival[ahead] as number, departure[ahead] as number];
  const leaves = departure[behind] as number;
  if (ahead >= stops.length || distance - (stops[behind] as number) <= AT_STOP)
    return [arrival[behind] as number, leaves];
  const from = stops[behind] as number;
  const share = (distance - from) / ((stops[ahead] as number) - from);
  const due = leaves + share * ((arrival[ahead] as number) - leaves);
  return [due, due];
}

/** The last stop at or before a place; -1 when there is none. */
function lastStopAt(stops: Float64Array, distance: number): number {
  let low = -1;
  let high = stops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((stops[middle] as number) <= distance) low = middle;
    else high = middle - 1;
  }
  return low;
}
