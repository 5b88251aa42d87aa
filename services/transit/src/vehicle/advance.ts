import type { Instant } from '@giaolo/chassis/clock';
import type { Timetable } from '../feed/timetable.ts';
import { startedRun } from '../trip/frequency-run.ts';
import type { TripPaths } from '../trip/path.ts';
import { type Placement, type PlaceState, place, type Run } from '../trip/place.ts';
import { positionAt } from '../trip/polyline.ts';
import type { ArrivalModel, ArrivalPrediction } from '../trip/predict.ts';
import { type Progress, progressOf } from '../trip/progress.ts';

/** A version of a feed, as vehicles are followed by it. */
export interface FollowedBy {
  readonly digest: string;
  readonly timetable: Timetable;
  readonly paths: TripPaths;
}

/** A trip on a service day. */
export interface TripRun {
  readonly tripId: string;
  /** YYYYMMDD */
  readonly startDate: string;
  readonly routeId: string;
}

/** What is remembered of a vehicle between two reports; plain JSON. */
export interface VehicleState {
  /** Of the newest report. */
  readonly at: Instant;
  /** Where it was on its last runs, the newest first: a vehicle whose sign flips comes back to where it was. */
  readonly places: readonly PlaceState[];
  /** The trip of which predictions stand. */
  readonly predicted?: TripRun;
}

/** A report, read. */
export interface VehicleReport {
  readonly at: Instant;
  /** Degrees. */
  readonly lat: number;
  readonly lon: number;
  /** What the vehicle says that it serves; a missing date is found by the time. */
  readonly trip?: { readonly tripId: string; readonly startDate?: string | undefined; readonly routeId: string };
}

export type Unplaced = 'NO_TRIP' | 'FEED_UNKNOWN' | 'TRIP_UNKNOWN' | 'NOT_IN_SERVICE' | 'OFF_ROUTE';

export interface Placed {
  readonly run: Run;
  readonly placement: Placement;
  readonly progress: Progress;
  /** Degrees; where on the path the vehicle is taken to be. */
  readonly lat: number;
  readonly lon: number;
}

/** What one more report means. */
export interface Advance {
  readonly state: VehicleState;
  /** As far as it is known. */
  readonly trip: TripRun | undefined;
  readonly placed: Placed | undefined;
  readonly unplaced: Unplaced | undefined;
  /** New predictions of `trip`; none ahead = it is over. Undefined when what was said before still stands. */
  readonly predictions: readonly ArrivalPrediction[] | undefined;
  /** The trip that the vehicle has left: its predictions are void. */
  readonly left: TripRun | undefined;
}

const HORIZON_MS = 90 * 60_000;
const RUNS_REMEMBERED = 3;

/** Follows a vehicle by one report; undefined when the report is not newer than the last. */
export function advance(
  state: VehicleState | undefined,
  report: VehicleReport,
  by: FollowedBy | undefined,
  model: ArrivalModel,
): Advance | undefined {
  if (state && report.at <= state.at) return undefined;
  const found = findRun(report, by);
  if (!('run' in found)) return unplaced(state, report, found.trip, found.reason);
  const { trip, timetable } = found;
  const places = state?.places ?? [];
  const former = places.find(({ run }) => run === found.run.key);
  const placing = place(former, found.run, report);
  if (!('placement' in placing)) return unplaced(state, report, trip, 'OFF_ROUTE', newestFirst(placing.state, places));

  const { placement } = placing;
  const { run, state: placeState } = startedRun(timetable, found.run, placing.state, placement);
  const progress = progressOf(run, placement);
  const isOpen = state?.predicted !== undefined && isSame(state.predicted, trip);
  const predictions = model.predict(run.schedule, progress, report.at, HORIZON_MS);
  const isOver = predictions.length === 0;
  return {
    state: { at: report.at, places: newestFirst(placeState, places), ...(!isOver && { predicted: trip }) },
    trip,
    placed: { run, placement, progress, ...positionAt(run.path.line, placement.distance) },
    unplaced: undefined,
    predictions: isOver && !isOpen ? undefined : predictions,
    left: isOpen ? undefined : state?.predicted,
  };
}

function findRun(
  { trip: served, at }: VehicleReport,
  by: FollowedBy | undefined,
): { run: Run; trip: TripRun; timetable: Timetable } | { reason: Unplaced; trip?: TripRun } {
  if (!served) return { reason: 'NO_TRIP' };
  const { tripId, startDate, routeId } = served;
  if (!by) return { reason: 'FEED_UNKNOWN', trip: { tripId, startDate: startDate ?? '', routeId } };
  const trip = by.timetable.trip(tripId);
  if (trip === undefined) return { reason: 'TRIP_UNKNOWN', trip: { tripId, startDate: startDate ?? '', routeId } };
  const date = startDate ?? by.timetable.serviceDayFor(trip, at);
  const known = { tripId, startDate: date ?? '', routeId: by.timetable.routeIdOf(trip) };
  if (date === undefined || !by.timetable.tripRunsOn(trip, date)) return { reason: 'NOT_IN_SERVICE', trip: known };
  const key = `${by.digest.slice(0, 8)}/${tripId}@${date}`;
  const run = { key, path: by.paths.of(trip), schedule: by.timetable.scheduleOf(trip, date) };
  return { run, trip: known, timetable: by.timetable };
}

/** A vehicle that cannot be placed may still be on its trip: what was predicted stands until it serves another one. */
function unplaced(
  state: VehicleState | undefined,
  report: VehicleReport,
  trip: TripRun | undefined,
  reason: Unplaced,
  places = state?.places ?? [],
): Advance {
  const left = state?.predicted && !(trip && isSame(state.predicted, trip)) ? state.predicted : undefined;
  const predicted = left ? undefined : state?.predicted;
  return {
    state: { at: report.at, places, ...(predicted && { predicted }) },
    trip,
    placed: undefined,
    unplaced: reason,
    predictions: undefined,
    left,
  };
}

const newestFirst = (place: PlaceState, places: readonly PlaceState[]): PlaceState[] =>
  [place, ...places.filter(({ run }) => run !== place.run)].slice(0, RUNS_REMEMBERED);

const isSame = (a: TripRun, b: TripRun): boolean => a.tripId === b.tripId && a.startDate === b.startDate;
