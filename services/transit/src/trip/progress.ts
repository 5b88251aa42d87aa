import type { Instant } from '@giaolo/chassis/clock';
import { departureAt } from '../feed/timetable.ts';
import { latenessAt } from './lateness.ts';
import type { Placement, Run } from './place.ts';

export interface Progress {
  readonly at: Instant;
  /** Metres along the path. */
  readonly distance: number;
  /** Seconds behind schedule, negative when early; 0 while the trip is not yet due to start. */
  readonly lateness: number;
  /** The trip is not yet due to start: the vehicle waits, or is on its way to the first stop. */
  readonly isLayover: boolean;
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

// Stops that a vehicle passes long before its trip is due, it passes on its way to the start or to a place to wait.
const EARLIEST_START_MS = 5 * 60_000;

/** What a new placement says about the trip. */
export function progressOf({ path, schedule }: Run, placement: Placement): Progress {
  const { at, distance } = placement;
  const untilStart = schedule.isTemplate ? 0 : departureAt(schedule, 0) - at;
  const mayHaveBegun = untilStart <= EARLIEST_START_MS;
  return {
    at,
    distance,
    lateness: latenessAt(path, schedule, distance, at),
    isLayover: untilStart > 0,
    nextStop: mayHaveBegun ? countReached(path.stops, distance) : 0,
    reached: mayHaveBegun ? reachedBetween(path.stops, placement) : [],
  };
}

/** A stop is reached when the distance first comes within 20 m of it; in between two pings the pace is taken as even. */
function reachedBetween(stops: Float64Array, { at, distance, before }: Placement): Reached[] {
  const reached: Reached[] = [];
  if (!before) return reached;
  const end = countReached(stops, distance);
  for (let stop = Math.max(1, countReached(stops, before.distance)); stop < end; stop++) {
    const share = (thresholdOf(stops, stop) - before.distance) / (distance - before.distance);
    const arrivalAt = Math.round(before.at + share * (at - before.at));
    reached.push({ stop, arrivalAt, gapSeconds: (at - before.at) / 1000 });
  }
  return reached;
}

const ARRIVES_WITHIN = 20;
// Many vehicles end their trip a little before the last stop.
const ENDS_WITHIN = 40;

const thresholdOf = (stops: Float64Array, stop: number): number =>
  (stops[stop] as number) - (stop === stops.length - 1 ? ENDS_WITHIN : ARRIVES_WITHIN);

function countReached(stops: Float64Array, distance: number): number {
  let low = 0;
  let high = stops.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholdOf(stops, middle) <= distance) low = middle + 1;
    else high = middle;
  }
  return low === stops.length - 1 && thresholdOf(stops, low) <= distance ? low + 1 : low;
}
