import type { Instant } from '@giaolo/chassis/clock';
import type { TripSchedule } from '../feed/timetable.ts';
import type { TripPath } from './path.ts';
import { eastOf, nearbyOn, northOf, offsetAt } from './polyline.ts';
import { latenessAt } from './lateness.ts';

/** What a vehicle reported. */
export interface Ping {
  readonly at: Instant;
  /** Degrees. */
  readonly lat: number;
  readonly lon: number;
}

/** Where along the path the vehicle may be; what speaks against it adds up. */
type Hypothesis = readonly [distance: number, cost: number];

/** All that is remembered of a vehicle between pings; plain JSON. */
export interface PlaceState {
  /** Names trip and service day; another run starts afresh. */
  readonly run: string;
  /** Of the newest ping. */
  readonly at: Instant;
  /** The likeliest first, as of `hypothesesAt`. */
  readonly hypotheses: readonly Hypothesis[];
  readonly hypothesesAt: Instant;
  /** The last placement that was given out. */
  readonly placed?: PlacedAt;
}

export interface PlacedAt {
  readonly at: Instant;
  readonly distance: number;
}

export interface Placement extends PlacedAt {
  /** Metres between the ping and the path at `distance`. */
  readonly offset: number;
  /** The placement before, of the same run. */
  readonly before?: PlacedAt;
}

export type Placing =
  | { readonly state: PlaceState; readonly placement: Placement }
  | { readonly state: PlaceState; readonly reason: 'OUT_OF_ORDER' | 'OFF_ROUTE' };

/** A run: a trip on a service day of one version of the feed. */
export interface Run {
  readonly key: string;
  readonly path: TripPath;
  readonly schedule: TripSchedule;
}

const REACH = 100;
const REACH_WITHOUT_SHAPE = 500;
/** A placement is given out only this near to the path, metres. */
export const MAX_OFFSET = 60;
const MAX_HYPOTHESES = 6;
const HOPELESS = 25;
// Hypotheses so close in cost cannot be told apart.
const UNDECIDED = 2;

/**
 * Places a ping on the path of the vehicle's run: one step of a Viterbi search over the places where the path comes
 * near. The distance given out never falls within a run; so of places that cannot be told apart the first is
 * taken, for a vehicle can still be moved on, but never back.
 */
export function place(state: PlaceState | undefined, run: Run, ping: Ping): Placing {
  if (state && ping.at <= state.at) return { state, reason: 'OUT_OF_ORDER' };
  const same = state?.run === run.key ? state : undefined;
  const { line, hasShape } = run.path;
  const x = eastOf(line.plane, ping.lon);
  const y = northOf(line.plane, ping.lat);
  const reach = hasShape ? REACH : REACH_WITHOUT_SHAPE;
  const hypotheses: Hypothesis[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const { at, offset } of nearbyOn(line, x, y, reach)) {
    const cost = (offset / 20) ** 2 + (same ? comingFrom(same, at, ping.at) : firstSeen(run, at, ping.at));
    if (cost < least) least = cost;
    hypotheses.push([at, cost]);
  }
  if (hypotheses.length === 0) return { state: unplaced(same, run, ping), reason: 'OFF_ROUTE' };
  const kept = thin(hypotheses, least);
  const next = { run: run.key, at: ping.at, hypotheses: kept, hypothesesAt: ping.at };
  const before = same?.placed;
  const floor = before?.distance ?? 0;
  let best: number | undefined;
  let bestOffset = 0;
  for (const [distance, cost] of kept) {
    if (cost > UNDECIDED) break;
    const shown = Math.max(distance, floor);
    if (best !== undefined && shown >= best) continue;
    const offset = offsetAt(line, shown, x, y);
    if (offset > MAX_OFFSET) continue;
    best = shown;
    bestOffset = offset;
  }
  if (best === undefined) return { state: { ...next, ...(before && { placed: before }) }, reason: 'OFF_ROUTE' };
  const placed = { at: ping.at, distance: best };
  return { state: { ...next, placed }, placement: { ...placed, offset: bestOffset, ...(before && { before }) } };
}

function unplaced(same: PlaceState | undefined, run: Run, ping: Ping): PlaceState {
  return same ? { ...same, at: ping.at } : { run: run.key, at: ping.at, hypotheses: [], hypothesesAt: ping.at };
}

function thin(hypotheses: Hypothesis[], least: number): Hypothesis[] {
  return hypotheses
    .map(([distance, cost]): Hypothesis => [Math.round(distance * 10) / 10, Math.round((cost - least) * 100) / 100])
    .filter(([, cost]) => cost <= HOPELESS)
    .sort((a, b) => a[1] - b[1] || a[0] - b[0])
    .slice(0, MAX_HYPOTHESES);
}

/** The cheapest way to have come to `distance` from where the vehicle may have been. */
function comingFrom(state: PlaceState, distance: number, at: Instant): number {
  const seconds = (at - state.hypothesesAt) / 1000;
  let cheapest = Number.POSITIVE_INFINITY;
  for (const [from, cost] of state.hypotheses) {
    const total = cost + moveCost(distance - from, seconds);
    if (total < cheapest) cheapest = total;
  }
  return cheapest === Number.POSITIVE_INFINITY ? 0 : cheapest;
}

const NOISE = 30;
const MAX_SPEED = 35;
const DEAR = 4;
const DEAREST = 20;

function moveCost(metres: number, seconds: number): number {
  if (metres < -NOISE) return Math.min(DEAREST, DEAR + (-metres - NOISE) / 25);
  const tooFar = metres - MAX_SPEED * seconds - NOISE;
  return tooFar > 0 ? Math.min(DEAREST, DEAR + tooFar / 25) : 0;
}

/** A vehicle not seen before is where the schedule has it, more or less; being early is less likely than late. */
function firstSeen({ path, schedule }: Run, distance: number, at: Instant): number {
  const late = latenessAt(path, schedule, distance, at);
  return Math.min(6, (late / (late < 0 ? 300 : 900)) ** 2);
}
