import { testWithRecordings } from '@giaolo/chassis/testing/recordings';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { degrees, eight, loop, type Metres, outAndBack, straight } from '../../test/lines.ts';
import { loaded, recordedFeed } from '../../test/recordings.ts';
import { feedZip } from '../../test/tiny-feed.ts';
import { type TripPath, tripPaths } from './path.ts';
import { eastOf, northOf, offsetAt } from './polyline.ts';

const csv = (...rows: (string | number)[][]) => `${rows.map((row) => row.join()).join('\n')}\n`;

/** A trip past stops at these places, two minutes apart, along a shape or none. */
async function pathOf(stops: readonly Metres[], shape: readonly Metres[] | undefined): Promise<TripPath> {
  const place = (metres: Metres) => [degrees(metres).lat, degrees(metres).lon];
  const times = stops.map((_, i) => `${8 + Math.floor(i / 30)}:${String((i % 30) * 2).padStart(2, '0')}:00`);
  const feed = await loaded(
    feedZip({
      'stops.txt': csv(['stop_id', 'stop_lat', 'stop_lon'], ...stops.map((stop, i) => [`S${i}`, ...place(stop)])),
      'trips.txt': `route_id,service_id,trip_id,shape_id\nR1,all,T1,${shape ? 'X' : ''}\n`,
      'stop_times.txt': csv(
        ['trip_id', 'arrival_time', 'departure_time', 'stop_id', 'stop_sequence'],
        ...times.map((time, i) => ['T1', time, time, `S${i}`, i]),
      ),
      'shapes.txt': csv(
        ['shape_id', 'shape_pt_lat', 'shape_pt_lon', 'shape_pt_sequence'],
        ...(shape ?? []).map((point, i) => ['X', ...place(point), i]),
      ),
    }),
  );
  return tripPaths(feed).of(0);
}

const rounded = (path: TripPath) => [...path.stops].map(Math.round);

test.each<[string, readonly Metres[], readonly Metres[], number[]]>([
  [
    'along a straight line',
    straight,
    [
      [0, 8],
      [1500, -12],
      [4000, 5],
    ],
    [0, 1500, 4000],
  ],
  [
    'both ways on one street',
    outAndBack,
    [
      [0, 5],
      [1000, 5],
      [3000, 0],
      [1000, -5],
      [0, -5],
    ],
    [0, 1000, 3000, 5000, 6000],
  ],
  [
    'nearer to the way back than to the way out',
    outAndBack,
    [
      [0, 5],
      [1000, -5],
      [2000, -5],
      [2000, 5],
      [1000, 5],
    ],
    [0, 1000, 2000, 4000, 5000],
  ],
  [
    'around a loop that ends where it starts',
    loop,
    [
      [0, 0],
      [1000, 500],
      [500, 1000],
      [0, 0],
    ],
    [0, 1500, 2500, 4000],
  ],
  [
    'around a loop with nothing between',
    loop,
    [
      [0, 0],
      [0, 0],
    ],
    [0, 4000],
  ],
  [
    'over a crossing of its own way',
    eight,
    [
      [0, 0],
      [1000, 500],
      [2000, 500],
      [1000, 500],
      [0, 1000],
    ],
    [0, 1118, 2736, 4354, 5472],
  ],
  [
    'in an order that the shape has slightly wrong',
    straight,
    [
      [0, 0],
      [1010, 0],
      [1000, 0],
      [4000, 0],
    ],
    [0, 1010, 1010, 4000],
  ],
])('stops lie %s, in order', async (_, shape, stops, expected) => {
  expect(rounded(await pathOf(stops, shape))).toEqual(expected);
});

test('a shape that is drawn short is led on to the first and the last stop', async () => {
  const east = [-800, 500, 1000, 2000, 4000, 4600, 5000];
  const path = await pathOf(
    east.map((metres): Metres => [metres, 0]),
    straight,
  );
  expect(path.hasShape).toBe(true);
  expect(rounded(path)).toEqual(east.map((metres) => metres + 800));
});

test('a shape that is drawn the other way round is not used', async () => {
  const path = await pathOf(
    [
      [4000, 0],
      [3000, 0],
      [1000, 0],
      [0, 0],
    ],
    straight,
  );
  expect(path.hasShape).toBe(false);
  expect(rounded(path)).toEqual([0, 1000, 3000, 4000]);
});

test('without a shape the way is straight from stop to stop', async () => {
  const path = await pathOf(
    [
      [0, 0],
      [300, 400],
      [300, 400],
      [0, 0],
    ],
    undefined,
  );
  expect(path.hasShape).toBe(false);
  expect(rounded(path)).toEqual([0, 500, 500, 1000]);
});

test('whatever the stops and the shape, stops never go back and lie on the line', async () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 2000 }));
  const several = fc.array(place, { minLength: 2, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(several, several, async (stops, shape) => {
      const { line, stops: places } = await pathOf(stops, shape);
      places.forEach((at, i) => {
        expect(at).toBeGreaterThanOrEqual(places[i - 1] ?? 0);
        expect(at).toBeLessThanOrEqual(line.length);
      });
    }),
    { numRuns: 50 },
  );
});

testWithRecordings.each<[string, number]>([
  ['gtfs-bad/geometry/grand-river-trip-1426033.zip', 20],
  ['gtfs-rt/wmata-2026-02-16/gtfs_3routes.zip', 20],
  ['gtfs-static/nyc-subway.zip', 20],
  ['gtfs-rt/bart-caltrain-snapshots/bart-rt.zip', 40],
  ['gtfs-static/caltrain-20160406.zip', 81],
])('every stop of %s lies within %d m of its place on the path', async (name, limit) => {
  const feed = await recordedFeed(name);
  const paths = tripPaths(feed);
  for (let trip = 0; trip < feed.data.trips.ids.length; trip++) {
    const { line, stops } = paths.of(trip);
    feed.scheduleOf(trip, '20260216').stop.forEach((place, i) => {
      const { lat, lon } = feed.data.stops[place] ?? { lat: 0, lon: 0 };
      const offset = offsetAt(line, stops[i] ?? 0, eastOf(line.plane, lon), northOf(line.plane, lat));
      if (offset > limit) throw new Error(`trip ${feed.data.trips.ids[trip]}, stop ${i}: ${offset} m`);
    });
  }
});
