import type { Instant } from '@giaolo/chassis/clock';
import { departureAt, type TripSchedule } from '../feed/timetable.ts';
import { latenessAt } from './lateness.ts';
import type { TripPath } from './path.ts';
import { eastOf, nearbyOn, northOf, offsetAt, type Polyline } from './polyline.ts';

/** A trip on a service day, of one version of the feed. */
export interface Run {
  /** Another key is another run: nothing is carried over. */
  readonly key: string;
  readonly path: TripPath;
  readonly schedule: TripSchedule;
}

/** What a vehicle reported. */
export interface Ping {
  readonly at: Instant;
  /** Degrees. */
  readonly lat: number;
  readonly lon: number;
}

/** Where along the path, in metres, the vehicle may be; what speaks against it adds up to its cost. */
type Hypothesis = readonly [distance: number, cost: number];

/** All that is remembered of a vehicle between pings; plain JSON. */
export interface PlaceState {
  /** Key of the run. */
  readonly run: string;
  /** Of the newest ping. */
  readonly at: Instant;
  /** The likeliest first, as of `hypothesesAt`. */
  readonly hypotheses: readonly Hypothesis[];
  readonly hypothesesAt: Instant;
  /** The last placement that was given out. */
  readonly placed?: PlacedAt;
  /** Which start of a frequency the run is taken to be, in seconds of its service day. */
  readonly startSeconds?: number;
}

export interface PlacedAt {
  readonly at: Instant;
  /** Metres from the start of the path. */
  readonly distance: number;
}

export interface Placement extends PlacedAt {
  /** Metres between the ping and the path at `distance`. */
  readonly offset: number;
  /** The placement before it on the same run. */
  readonly before?: PlacedAt;
}

export type Placing =
  | { readonly state: PlaceState; readonly placement: Placement }
  | { readonly state: PlaceState; readonly reason: 'OUT_OF_ORDER' | 'OFF_ROUTE' };

/** A placement is given out only this near to the path, metres. */
export const MAX_OFFSET = 60;
const REACH = 100;
const REACH_WITHOUT_SHAPE = 500;

/**
 * Places a ping on the path of the vehicle's run: one step of a Viterbi search over the places where the path comes
 * near. The distance given out never falls within a run. So of places that cannot be told apart the first is taken,
 * for a vehicle can still be moved on, but never back; and one that is seen far behind goes unplaced.
 */
export function place(state: PlaceState | undefined, run: Run, ping: Ping): Placing {
  if (state && ping.at <= state.at) return { state, reason: 'OUT_OF_ORDER' };
  const known: PlaceState =
    state?.run === run.key ? state : { run: run.key, at: ping.at, hypotheses: [], hypothesesAt: ping.at };
  const { line, hasShape } = run.path;
  const x = eastOf(line.plane, ping.lon);
  const y = northOf(line.plane, ping.lat);

  const hypotheses: Hypothesis[] = [];
  for (const { at, offset } of nearbyOn(line, x, y, hasShape ? REACH : REACH_WITHOUT_SHAPE)) {
    const cost = known.hypotheses.length > 0 ? costOfMove(known, at, ping.at) : costOfStart(run, at, ping.at);
    hypotheses.push([at, cost + (offset / 20) ** 2]);
  }
  if (hypotheses.length === 0) return { state: { ...known, at: ping.at }, reason: 'OFF_ROUTE' };

  const next = { ...known, at: ping.at, hypotheses: likeliest(hypotheses), hypothesesAt: ping.at };
  const found = choose(next.hypotheses, known.placed?.distance ?? 0, line, x, y);
  if (!found) return { state: next, reason: 'OFF_ROUTE' };
  const placed = { at: ping.at, distance: found.distance };
  const placement = { ...placed, offset: found.offset, ...(known.placed && { before: known.placed }) };
  return { state: { ...next, placed }, placement };
}

const MAX_HYPOTHESES = 6;
const HOPELESS = 25;

/** Costs are counted from the cheapest, and rounded so that the state stays small. */
function likeliest(hypotheses: readonly Hypothesis[]): Hypothesis[] {
  const least = hypotheses.reduce((cheapest, [, cost]) => Math.min(cheapest, cost), Number.POSITIVE_INFINITY);
  return hypotheses
    .map(([distance, cost]): Hypothesis => [Math.round(distance * 10) / 10, Math.round((cost - least) * 100) / 100])
    .filter(([, cost]) => cost <= HOPELESS)
    .sort((a, b) => a[1] - b[1] || a[0] - b[0])
    .slice(0, MAX_HYPOTHESES);
}

// Hypotheses so close in cost cannot be told apart.
const UNDECIDED = 2;

function choose(
  hypotheses: readonly Hypothesis[],
  floor: number,
  line: Polyline,
  x: number,
  y: number,
): { distance: number; offset: number } | undefined {
  let chosen: { distance: number; offset: number } | undefined;
  for (const [at, cost] of hypotheses) {
    const distance = Math.max(at, floor);
    if (cost > UNDECIDED || (chosen && distance >= chosen.distance)) continue;
    const offset = offsetAt(line, distance, x, y);
    if (offset <= MAX_OFFSET) chosen = { distance, offset };
  }
  return chosen;
}

/** The cheapest way to have come to `distance` from where the vehicle may have been. */
function costOfMove(state: PlaceState, distance: number, at: Instant): number {
  const seconds = (at - state.hypothesesAt) / 1000;
  let cheapest = Number.POSITIVE_INFINITY;
  for (const [from, cost] of state.hypotheses) {
    const total = cost + costOfMetres(distance - from, seconds);
    if (total < cheapest) cheapest = total;
  }
  return cheapest;
}

// Metres that receivers err by along the path.
const NOISE = 30;
const MAX_SPEED = 35;
const DEAR = 4;
const DEAREST = 20;

function costOfMetres(metres: number, seconds: number): number {
  const backwards = -metres - NOISE;
  const tooFar = metres - MAX_SPEED * seconds - NOISE;
  const wrong = Math.max(backwards, tooFar);
  return wrong > 0 ? Math.min(DEAREST, DEAR + wrong / 25) : 0;
}

/** A vehicle not seen before is about where the schedule has it; being early is less likely than late. */
function costOfStart({ path, schedule }: Run, distance: number, at: Instant): number {
  if (schedule.isTemplate) return 0;
  if (at < departureAt(schedule, 0)) return Math.min(6, distance / 50);
  const late = latenessAt(path, schedule, distance, at);
  return Math.min(6, (late / (late < 0 ? 300 : 900)) ** 2);
}
