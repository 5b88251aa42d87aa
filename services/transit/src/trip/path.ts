import type { Timetable, TripSchedule } from '../feed/timetable.ts';
import { placeStops } from './place-stops.ts';
import { eastOf, northOf, offsetAt, type Polyline, polylineOf } from './polyline.ts';

/** The way that a trip takes, and where along it its stops are. */
export interface TripPath {
  readonly line: Polyline;
  /** Metres along the line of each stop, never falling. */
  readonly stops: Float64Array;
  /** False when the feed has no shape and the line runs straight from stop to stop. */
  readonly hasShape: boolean;
}

/** The paths of a timetable's trips, each made once: trips with the same stops and shape share one. */
export interface TripPaths {
  of(trip: number): TripPath;
}

export function tripPaths(timetable: Timetable): TripPaths {
  const { trips, patterns } = timetable.data;
  const patternCount = patterns.start.length - 1;
  const keyOf = (trip: number) => ((trips.shape[trip] as number) + 1) * patternCount + (trips.pattern[trip] as number);
  // Every process must find the same path, so it is made for the first such trip of the feed, not the first asked for.
  const firstTrips = new Map<number, number>();
  for (let trip = trips.ids.length - 1; trip >= 0; trip--) firstTrips.set(keyOf(trip), trip);
  const made = new Map<number, TripPath>();
  return {
    of: (trip) => {
      const key = keyOf(trip);
      let path = made.get(key);
      if (!path) {
        path = makePath(timetable, timetable.scheduleOf(firstTrips.get(key) ?? trip, '19700101'));
        made.set(key, path);
      }
      return path;
    },
  };
}

// A stop so far from an end of the shape is not served by it: many feeds draw their shapes short.
const BEYOND_SHAPE = 100;
const AT_END = 50;

function makePath({ data }: Timetable, schedule: TripSchedule): TripPath {
  const stops = Array.from(schedule.stop, (stop) => data.stops[stop]);
  const lat = stops.map((stop) => stop?.lat ?? 0);
  const lon = stops.map((stop) => stop?.lon ?? 0);
  const shape = data.trips.shape[schedule.trip] as number;
  const from = data.shapes.start[shape] ?? 0;
  const end = data.shapes.start[shape + 1] ?? 0;
  if (shape < 0 || end - from < 2) return throughStops(lat, lon);
  const shapeLat = Array.from(data.shapes.lat.subarray(from, end));
  const shapeLon = Array.from(data.shapes.lon.subarray(from, end));

  const path = alongShape(polylineOf(shapeLat, shapeLon), lat, lon, schedule);
  const [before, after] = stopsBeyond(path, lat, lon);
  if (before + after === 0) return path;
  // Such a shape is another line's, or drawn the other way round.
  if (before + after > lat.length / 2) return throughStops(lat, lon);
  const longer = (own: number[], ofStops: number[]) => [
    ...ofStops.slice(0, before),
    ...own,
    ...ofStops.slice(ofStops.length - after),
  ];
  return alongShape(polylineOf(longer(shapeLat, lat), longer(shapeLon, lon)), lat, lon, schedule);
}

function alongShape(line: Polyline, lat: readonly number[], lon: readonly number[], schedule: TripSchedule): TripPath {
  const x = lon.map((value) => eastOf(line.plane, value));
  const y = lat.map((value) => northOf(line.plane, value));
  return { line, stops: placeStops(line, x, y, schedule), hasShape: true };
}

/** How many stops lie before the start of the line, and how many after its end. */
function stopsBeyond({ line, stops }: TripPath, lat: readonly number[], lon: readonly number[]): [number, number] {
  const isBeyond = (stop: number, end: number) => {
    const x = eastOf(line.plane, lon[stop] as number);
    const y = northOf(line.plane, lat[stop] as number);
    const at = stops[stop] as number;
    return Math.abs(at - end) < AT_END && offsetAt(line, at, x, y) > BEYOND_SHAPE;
  };
  let before = 0;
  while (before < stops.length && isBeyond(before, 0)) before += 1;
  let after = 0;
  while (after < stops.length - before && isBeyond(stops.length - 1 - after, line.length)) after += 1;
  return [before, after];
}

/** Without a shape each stop is a corner of the line. */
function throughStops(lat: readonly number[], lon: readonly number[]): TripPath {
  const line = polylineOf(lat, lon);
  let corner = 0;
  const stops = Float64Array.from(lat, (_, i) => {
    const x = eastOf(line.plane, lon[i] as number);
    const y = northOf(line.plane, lat[i] as number);
    if (corner + 1 < line.at.length && offsetAt(line, line.at[corner] as number, x, y) > 0.01) corner += 1;
    return line.at[corner] as number;
  });
  return { line, stops, hasShape: false };
}
