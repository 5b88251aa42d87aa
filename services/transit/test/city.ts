import { readFeed } from '../src/feed/read-feed.ts';
import { tripPaths } from '../src/trip/path.ts';
import type { FollowedBy } from '../src/vehicle/advance.ts';
import { degrees, eight, type Metres, outAndBack, straight } from './lines.ts';
import { feedZip } from './tiny-feed.ts';

/** Lines that are easy to take for another place of themselves, and where their stops are. */
const lines: Record<string, { readonly shape: readonly Metres[]; readonly stops: readonly Metres[] }> = {
  straight: { shape: straight, stops: [0, 800, 1600, 2400, 3200, 4000].map((east) => [east, 0]) },
  outAndBack: { shape: outAndBack, stops: [0, 1500, 3000, 1500, 0].map((east) => [east, 0]) },
  eight: {
    shape: eight,
    stops: [
      [0, 0],
      [1000, 500],
      [2000, 1000],
      [2000, 0],
      [1000, 500],
      [0, 1000],
    ],
  },
};

export const TRIP_MINUTES = 20;
/** A vehicle serves these one after the other, from 06:00 local time on. */
export const TRIPS_OF_A_BLOCK = 36;
/** Each is one vehicle's day. */
export const BLOCKS = 6;

export const tripIdOf = (block: number, trip: number): string => `${block}-${trip}`;
export const startOfService = Date.parse('2026-02-16T06:00:00+07:00');

/** A city of three lines, where every vehicle goes round and round. */
export async function followedCity(): Promise<FollowedBy> {
  const names = Object.keys(lines);
  const row = (place: Metres) => `${degrees(place).lat.toFixed(6)},${degrees(place).lon.toFixed(6)}`;
  const stops = Object.entries(lines).flatMap(([line, { stops }]) =>
    stops.map((place, i) => `${line}${i},Trạm,${row(place)}`),
  );
  const shapes = Object.entries(lines).flatMap(([line, { shape }]) =>
    shape.map((place, i) => `${line},${row(place)},${i + 1}`),
  );
  const trips: string[] = [];
  const times: string[] = [];
  for (let block = 0; block < BLOCKS; block++)
    for (let trip = 0; trip < TRIPS_OF_A_BLOCK; trip++) {
      const line = names[(block + trip) % names.length] as string;
      const id = tripIdOf(block, trip);
      trips.push(`R1,all,${id},${line}`);
      const count = lines[line]?.stops.length ?? 0;
      for (let i = 0; i < count; i++) {
        const minutes = 6 * 60 + trip * TRIP_MINUTES + Math.floor((i * (TRIP_MINUTES - 4)) / (count - 1));
        const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}:00`;
        times.push(`${id},${time},${time},${line}${i},${i + 1}`);
      }
    }
  const answer = await readFeed(
    feedZip({
      'stops.txt': ['stop_id,stop_name,stop_lat,stop_lon', ...stops, ''].join('\n'),
      'shapes.txt': ['shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence', ...shapes, ''].join('\n'),
      'trips.txt': ['route_id,service_id,trip_id,shape_id', ...trips, ''].join('\n'),
      'stop_times.txt': ['trip_id,arrival_time,departure_time,stop_id,stop_sequence', ...times, ''].join('\n'),
    }),
  );
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return { digest: 'c'.repeat(64), timetable: answer.feed, paths: tripPaths(answer.feed) };
}
