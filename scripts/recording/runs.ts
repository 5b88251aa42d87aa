import type { Instant } from '@giaolo/chassis/clock';
import { makePath, nearPoints, type Path, type PathPoint, type Place } from './path.ts';
import type { RecordedPosition } from './positions.ts';
import type { Timetable, Trip, TripStop } from './timetable.ts';
import { cheapestWay } from './viterbi.ts';
import { addDays, dateIn, serviceDayStart } from './zone.ts';

/** One vehicle on one trip of one service day, as the whole recording shows it. */
export interface Run {
  readonly trip: Trip;
  /** YYYYMMDD */
  readonly startDate: string;
  readonly vehicleId: string;
  readonly path: Path;
  readonly stops: readonly RunStop[];
  /** Oldest first; at least one. */
  readonly fixes: readonly Fix[];
}

export interface RunStop {
  readonly stop: TripStop;
  /** Metres from the start of the path; never falls. */
  readonly distance: number;
  readonly arrivalAt: Instant;
  readonly departureAt: Instant;
}

export interface Fix {
  readonly at: Instant;
  /** Metres from the start of the path; never falls. */
  readonly distance: number;
}

const OFFSET_SCALE = 20;
const SHAPE_RADIUS = 100;
const NO_SHAPE_RADIUS = 500;
const BACKWARD_SLACK = 30;
const FASTEST = 35;
const DEAR = 100;

/** The runs of a recording (oldest position first), without those that no ping can be put on. */
export function runsOf(positions: readonly RecordedPosition[], timetable: Timetable): Run[] {
  const groups = new Map<string, { trip: Trip; startDate: string; pings: RecordedPosition[] }>();
  for (const position of positions) {
    const trip = position.tripId === undefined ? undefined : timetable.trip(position.tripId);
    if (!trip || trip.byHeadway) continue;
    const startDate = position.startDate ?? fittingDate(trip, position.at, timetable.timeZone);
    if (startDate === undefined) continue;
    const key = JSON.stringify([trip.tripId, startDate, position.vehicleId]);
    const group = groups.get(key);
    if (group) group.pings.push(position);
    else groups.set(key, { trip, startDate, pings: [position] });
  }
  return [...groups.values()].flatMap(({ trip, startDate, pings }) => {
    const path = pathOf(trip);
    const fixes = fixesOf(path, pings, trip.shape.length > 0 ? SHAPE_RADIUS : NO_SHAPE_RADIUS);
    const vehicleId = pings[0]?.vehicleId ?? '';
    const stops = stopsOn(path, trip, serviceDayStart(timetable.timeZone, startDate));
    return fixes.length > 0 ? [{ trip, startDate, vehicleId, path, stops, fixes }] : [];
  });
}

/** The line that a trip follows: its shape, else straight from stop to stop. */
export const pathOf = (trip: Trip): Path =>
  makePath(trip.shape.length > 0 ? trip.shape : trip.stops.map(({ place }) => place));

/** The day on which the trip runs at a time nearest to `at`; undefined when it runs on none of those around. */
function fittingDate(trip: Trip, at: Instant, timeZone: string): string | undefined {
  const today = dateIn(timeZone, at);
  const days = [0, -1, 1].map((days) => addDays(today, days)).filter((date) => trip.runsOn(date));
  const distance = (date: string): number => {
    const start = serviceDayStart(timeZone, date);
    const first = start + (trip.stops[0]?.departureSeconds ?? 0) * 1000;
    const last = start + (trip.stops.at(-1)?.arrivalSeconds ?? 0) * 1000;
    return Math.max(0, first - at, at - last);
  };
  return days.sort((a, b) => distance(a) - distance(b))[0];
}

function stopsOn(path: Path, trip: Trip, dayStart: Instant): RunStop[] {
  const points = cheapestWay(
    trip.stops.map(({ place }) => stopCandidates(path, place)),
    ({ offset }) => (offset / OFFSET_SCALE) ** 2,
    (from, to) => (to.distance < from.distance ? 1e6 : 0),
  );
  let farthest = 0;
  return trip.stops.map((stop, i) => {
    farthest = Math.max(farthest, points[i]?.distance ?? 0);
    return {
      stop,
      distance: farthest,
      arrivalAt: dayStart + stop.arrivalSeconds * 1000,
      departureAt: dayStart + stop.departureSeconds * 1000,
    };
  });
}

function stopCandidates(path: Path, place: Place): PathPoint[] {
  const near = nearPoints(path, place, SHAPE_RADIUS);
  if (near.length > 0) return near;
  return nearPoints(path, place, Number.POSITIVE_INFINITY)
    .sort((a, b) => a.offset - b.offset)
    .slice(0, 3);
}

function fixesOf(path: Path, pings: readonly RecordedPosition[], radius: number): Fix[] {
  const placeable = pings
    .map(({ at, latitude, longitude }) => ({ at, points: nearPoints(path, [latitude, longitude], radius) }))
    .filter(({ points }) => points.length > 0);
  const way = cheapestWay(
    placeable.map(({ points }) => points),
    ({ offset }) => (offset / OFFSET_SCALE) ** 2,
    (from, to, i) => {
      const moved = to.distance - from.distance;
      const seconds = Math.max(1, ((placeable[i]?.at ?? 0) - (placeable[i - 1]?.at ?? 0)) / 1000);
      return moved < -BACKWARD_SLACK || moved > FASTEST * seconds ? DEAR : 0;
    },
  );
  let farthest = 0;
  return placeable.map(({ at }, i) => {
    farthest = Math.max(farthest, way[i]?.distance ?? 0);
    return { at, distance: farthest };
  });
}
