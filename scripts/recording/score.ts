import type { Instant } from '@giaolo/chassis/clock';
import { byDeviation, bySchedule } from './baselines.ts';
import type { Fix, Run } from './runs.ts';
import { type MethodScore, Tally } from './tally.ts';
import { type Arrival, arrivalsOf, widestGap } from './truth.ts';

export const methods = ['published', 'schedule', 'schedule-deviation'] as const;
export type Method = (typeof methods)[number];
export type Scores = Readonly<Record<Method, MethodScore>>;

/** What the platform had said by `now` of a stop of a run; undefined when nothing. */
export type PublishedArrival = (run: Run, stopSequence: number, now: Instant) => Instant | undefined;

export interface Judgement {
  readonly arrivals: readonly Arrival[];
  /** Instants times stops that were reached within half an hour of them. */
  readonly predictions: number;
  readonly scores: Scores;
}

const INSTANT_EVERY_MS = 60_000;
const BEFORE_DEPARTURE_MS = 600_000;
const AHEAD_MS = 30 * 60_000;

/** Compares what was said with what happened: by the platform, by the schedule, and by the schedule + deviation. */
export function judge(runs: readonly Run[], published: PublishedArrival): Judgement {
  const maxGap = widestGap(runs);
  const endsAt = Math.max(...runs.map(({ fixes }) => fixes.at(-1)?.at ?? 0));
  const tallies = { published: new Tally(), schedule: new Tally(), 'schedule-deviation': new Tally() };
  const arrivals: Arrival[] = [];
  let predictions = 0;
  for (const run of runs) {
    const reached = arrivalsOf(run, maxGap);
    arrivals.push(...reached.filter((arrival) => arrival !== undefined));
    for (const fix of instantsOf(run)) predictions += judgeInstant(run, fix, reached, endsAt, published, tallies);
  }
  const scores = Object.fromEntries(methods.map((method) => [method, tallies[method].score()])) as unknown as Scores;
  return { arrivals, predictions, scores };
}

/**
 * The pings at which a run is judged: at most one in 60 s, from ten minutes before it is due to leave. Vehicles are
 * often signed on to a trip long before and stand somewhere on its path. (The written rule does not name the ten
 * minutes; the figures that it gives as a reference come out with them.)
 */
export function instantsOf({ fixes, stops }: Run): Fix[] {
  let next = (stops[0]?.departureAt ?? 0) - BEFORE_DEPARTURE_MS;
  return fixes.filter(({ at }) => {
    if (at < next) return false;
    next = at + INSTANT_EVERY_MS;
    return true;
  });
}

function judgeInstant(
  run: Run,
  fix: Fix,
  reached: readonly (Arrival | undefined)[],
  endsAt: Instant,
  published: PublishedArrival,
  tallies: Readonly<Record<Method, Tally>>,
): number {
  const now = fix.at;
  const end = run.fixes.at(-1)?.distance ?? 0;
  let predictions = 0;
  run.stops.forEach((stop, i) => {
    if (i === 0) return;
    const actualAt = reached[i]?.at;
    const isAhead = actualAt !== undefined && actualAt > now && actualAt < now + AHEAD_MS;
    const neverCame = actualAt === undefined && stop.distance > end;
    if (!isAhead && !neverCame) return;
    if (isAhead) predictions++;
    const said = {
      published: published(run, stop.stop.stopSequence, now),
      schedule: bySchedule(stop, now),
      'schedule-deviation': byDeviation(run, fix, stop, now),
    };
    for (const method of methods) {
      const [predictedAt, tally] = [said[method], tallies[method]];
      if (predictedAt === undefined) isAhead && tally.addMissing();
      else if (isAhead) tally.add(now, predictedAt, actualAt);
      else tally.addUnrealised(now, predictedAt, endsAt);
    }
  });
  return predictions;
}
