import type { Instant } from '@giaolo/chassis/clock';
import type { Run } from './runs.ts';

/** A stop that a vehicle really came to. */
export interface Arrival {
  readonly tripId: string;
  /** YYYYMMDD */
  readonly startDate: string;
  readonly vehicleId: string;
  readonly stopId: string;
  readonly stopSequence: number;
  readonly at: Instant;
  /** Between the two pings around it: how sharp it is. */
  readonly gapSeconds: number;
}

const BEFORE_STOP = 20;
const BEFORE_LAST_STOP = 40;
const AT_LAST_STOP = 50;
const SPARSE_SECONDS = 120;

/**
 * How far apart the pings around an arrival may be: 120 s, or 300 s in a recording whose vehicles report every
 * two minutes or less often.
 */
export function widestGap(runs: readonly Run[]): number {
  const gaps = runs
    .flatMap(({ fixes }) => fixes.slice(1).map((fix, i) => (fix.at - (fixes[i]?.at ?? 0)) / 1000))
    .sort((a, b) => a - b);
  return (gaps[Math.floor(gaps.length / 2)] ?? 0) >= SPARSE_SECONDS ? 300 : SPARSE_SECONDS;
}

/** The arrivals of a run, one place per stop; undefined where the pings do not tell. */
export function arrivalsOf(run: Run, maxGapSeconds: number): (Arrival | undefined)[] {
  return run.stops.map(({ stop, distance }, i) => {
    // Where it begins it does not arrive.
    if (i === 0) return undefined;
    const reached = i === run.stops.length - 1 ? endReached(run, distance) : firstAt(run, distance - BEFORE_STOP);
    if (!reached || reached.gapSeconds > maxGapSeconds) return undefined;
    const { trip, startDate, vehicleId } = run;
    return {
      tripId: trip.tripId,
      startDate,
      vehicleId,
      stopId: stop.stopId,
      stopSequence: stop.stopSequence,
      ...reached,
    };
  });
}

type Reached = Pick<Arrival, 'at' | 'gapSeconds'>;

function endReached(run: Run, distance: number): Reached | undefined {
  const farthest = run.fixes.at(-1)?.distance ?? 0;
  if (farthest < distance - AT_LAST_STOP) return undefined;
  return firstAt(run, Math.min(distance - BEFORE_LAST_STOP, farthest));
}

/** When the vehicle first was at `distance`; undefined when it was there before its first ping or never came. */
function firstAt({ fixes }: Run, distance: number): Reached | undefined {
  const i = fixes.findIndex((fix) => fix.distance >= distance);
  const [before, after] = [fixes[i - 1], fixes[i]];
  if (!before || !after) return undefined;
  const share = (distance - before.distance) / (after.distance - before.distance);
  return { at: before.at + share * (after.at - before.at), gapSeconds: (after.at - before.at) / 1000 };
}
