import { formatDay } from '../src/feed/service-day.ts';
import type { TripSchedule } from '../src/feed/timetable.ts';
import type { Run } from '../src/trip/place.ts';
import { type Polyline, polylineOf, positionAt } from '../src/trip/polyline.ts';

/** Metres east and north of a point in Vung Tau. */
export type Metres = readonly [east: number, north: number];

const LAT = 10.34;
const LON = 107.09;
const METRES_PER_LAT = 111_195;
const METRES_PER_LON = METRES_PER_LAT * Math.cos((LAT / 180) * Math.PI);

export const degrees = ([east, north]: Metres) => ({
  lat: LAT + north / METRES_PER_LAT,
  lon: LON + east / METRES_PER_LON,
});

export function lineThrough(points: readonly Metres[]): Polyline {
  const places = points.map(degrees);
  return polylineOf(
    places.map(({ lat }) => lat),
    places.map(({ lon }) => lon),
  );
}

/** 2026-02-16, 00:00 UTC. */
export const MIDNIGHT = Date.UTC(2026, 1, 16);

/** A run past stops at these metres of its line, by these times in seconds after MIDNIGHT (arrival, or both). */
export function runOf(line: Polyline, stops: readonly number[], times: readonly (number | [number, number])[]): Run {
  const schedule: TripSchedule = {
    trip: 0,
    tripId: 'T',
    startDate: formatDay(MIDNIGHT / 86_400_000),
    zeroAt: MIDNIGHT,
    stop: Int32Array.from(stops, (_, i) => i),
    sequence: Int32Array.from(stops, (_, i) => i + 1),
    arrival: Int32Array.from(times, (time) => (typeof time === 'number' ? time : time[0])),
    departure: Int32Array.from(times, (time) => (typeof time === 'number' ? time : time[1])),
    isTemplate: false,
  };
  return { key: 'T@20260216', path: { line, stops: Float64Array.from(stops), hasShape: true }, schedule };
}

/** A report from a place on the line, `aside` metres north and east of it, seconds after MIDNIGHT. */
export function pingAt(line: Polyline, distance: number, seconds: number, aside: Metres = [0, 0]) {
  const { lat, lon } = positionAt(line, distance);
  return { at: MIDNIGHT + seconds * 1000, lat: lat + aside[1] / METRES_PER_LAT, lon: lon + aside[0] / METRES_PER_LON };
}

export const straight: readonly Metres[] = [
  [0, 0],
  [4000, 0],
];

/** East 3 km and back on the same street. */
export const outAndBack: readonly Metres[] = [
  [0, 0],
  [3000, 0],
  [0, 0],
];

/** Once around a block of 1 km, and home. */
export const loop: readonly Metres[] = [
  [0, 0],
  [1000, 0],
  [1000, 1000],
  [0, 1000],
  [0, 0],
];

/** Crosses its own way in the middle. */
export const eight: readonly Metres[] = [
  [0, 0],
  [2000, 1000],
  [2000, 0],
  [0, 1000],
];
