import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { gtfsDir, readLine, routeId, type Way } from './line.ts';

/** A departure in each direction every twenty minutes, day and night: bus 1, 2, 3 in turn. */
export const HEADWAY_MINUTES = 20;

/** Minutes past the hour at which the first bus leaves the end where a way begins. */
export const firstDeparture = { 0: 0, 1: 30 } as const;

/** `minute` of the service day at which the trip leaves. */
export const tripId = (directionId: 0 | 1, minute: number): string =>
  `m1-${directionId === 0 ? 'out' : 'back'}-${clock(minute * 60)
    .slice(0, 5)
    .replace(':', '')}`;

const clock = (seconds: number): string =>
  [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':');

/** Minutes of the day at which trips of a way leave. */
function departures({ directionId }: Way): number[] {
  const first = firstDeparture[directionId] % HEADWAY_MINUTES;
  return Array.from({ length: (24 * 60) / HEADWAY_MINUTES }, (_, i) => first + i * HEADWAY_MINUTES);
}

/** The sample's schedule as a GTFS zip; the same bytes each time. Its last trips end after 24:00. */
export function sampleFeed(): Uint8Array {
  const files = readdirSync(gtfsDir).map((file) => [file, readFileSync(join(gtfsDir, file))] as const);
  const ways = readLine();
  const made = [
    ['trips.txt', table('route_id,service_id,trip_id,direction_id,shape_id', ways.flatMap(trips))],
    ['stop_times.txt', table('trip_id,arrival_time,departure_time,stop_id,stop_sequence', ways.flatMap(stopTimes))],
  ] as const;
  return zipSync(Object.fromEntries([...files, ...made]), { mtime: '2025-01-01T00:00:00' });
}

const table = (header: string, lines: readonly string[]): Uint8Array =>
  new TextEncoder().encode(`${[header, ...lines].join('\n')}\n`);

const trips = (way: Way): string[] =>
  departures(way).map((minute) =>
    [routeId, 'daily', tripId(way.directionId, minute), way.directionId, way.shapeId].join(','),
  );

const stopTimes = (way: Way): string[] =>
  departures(way).flatMap((minute) =>
    way.stops.map(({ stopId, arrives, departs }, i) => {
      const times = [arrives, departs].map((seconds) => clock(minute * 60 + seconds));
      return [tripId(way.directionId, minute), ...times, stopId, i + 1].join(',');
    }),
  );
