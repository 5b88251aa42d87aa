import type { Instant } from '@giaolo/chassis/clock';
import { latenessAt } from './lateness.ts';
import type { Placement, Run } from './place.ts';

/** A stop counts as reached this many metres before its place on the path. */
const ARRIVES_WITHIN = 20;
const ENDS_WITHIN = 40;

export interface Progress {
  readonly at: Instant;
  /** Metres along the path. */
  readonly distance: number;
  /** Seconds behind schedule, negative when early; 0 while waiting for the time to leave. */
  readonly lateness: number;
  /** Place in the schedule of the first stop not yet reached; the number of stops when the trip is over. */
  readonly nextStop: number;
  /** Stops reached since the placement before, in stop order; never the first, whose arrival belongs to no trip. */
  readonly reached: readonly Reached[];
}

export interface Reached {
  /** Place in the schedule. */
  readonly stop: number;
  readonly arrivalAt: Instant;
  /** Seconds between the two pings around the arrival: how sharp it is. */
  readonly gapSeconds: number;
}

/** What a new placement says about the trip. */
export function progressOf({ path, schedule }: Run, placement: Placement): Progress {
  const { at, distance, before } = placement;
  const reached: Reached[] = [];
  let next = before ? countReached(path.stops, before.distance) : 0;
  const count = countReached(path.stops, distance);
  for (; before && next < count; next++) {
    if (next === 0) continue;
    const share = (thresholdOf(path.stops, next) - before.distance) / (distance - before.distance);
    const arrivalAt = Math.round(before.at + share * (at - before.at));
    reached.push({ stop: next, arrivalAt, gapSeconds: (at - before.at) / 1000 });
  }
  return { at, distance, lateness: latenessAt(path, schedule, distance, at), nextStop: count, reached };
}

const thresholdOf = (stops: Float64Array, stop: number): number =>
  (stops[stop] as number) - (stop === stops.length - 1 ? ENDS_WITHIN : ARRIVES_WITHIN);

function countReached(stops: Float64Array, distance: number): number {
  let low = 0;
  let high = stops.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stops[middle] as number) - ARRIVES_WITHIN <= distance) low = middle + 1;
    else high = middle;
  }
  // The last stop may be reached before one that shares its place.
  return low === stops.length - 1 && thresholdOf(stops, low) <= distance ? low + 1 : low;
}
