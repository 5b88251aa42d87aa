import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  degrees,
  eight,
  lineThrough,
  loop,
  type Metres,
  MIDNIGHT,
  outAndBack,
  pingAt,
  runOf,
  straight,
} from '../../test/lines.ts';
import { MAX_OFFSET, type Ping, type PlaceState, type Placing, place, type Run } from './place.ts';

const EIGHT_O_CLOCK = 28_800;

/** By the schedule a vehicle starts at eight o'clock and keeps this speed, in metres per second. */
function runAlong(points: readonly Metres[], speed = 10): Run {
  const line = lineThrough(points);
  const stops = [0, line.length / 2, line.length];
  return runOf(
    line,
    stops,
    stops.map((at) => EIGHT_O_CLOCK + Math.round(at / speed)),
  );
}

function placeAll(run: Run, pings: readonly Ping[]): Placing[] {
  let state: PlaceState | undefined;
  return pings.map((ping) => {
    const placing = place(state, run, ping);
    state = placing.state;
    return placing;
  });
}

const distances = (placings: readonly Placing[]) =>
  placings.map((placing) => ('placement' in placing ? Math.round(placing.placement.distance) : placing.reason));

test.each<[string, readonly Metres[]]>([
  ['a straight line', straight],
  ['out and back on one street', outAndBack],
  ['a loop that ends where it starts', loop],
  ['a line that crosses itself', eight],
])('follows a vehicle along %s', (_, points) => {
  const run = runAlong(points);
  const { line } = run.path;
  const way = Array.from({ length: Math.floor(line.length / 200) + 1 }, (_, i) => i * 200);
  const pings = way.map((at, i) => pingAt(line, at, EIGHT_O_CLOCK + i * 20, [i % 2 ? 6 : -6, i % 3 ? 5 : -5]));
  distances(placeAll(run, pings)).forEach((distance, i) => {
    expect(Math.abs(Number(distance) - (way[i] ?? 0))).toBeLessThanOrEqual(20);
  });
});

test('on a street driven both ways the schedule tells which way a vehicle goes that is first seen there', () => {
  const run = runAlong(outAndBack, 2);
  const seen = (distance: number) =>
    distances(placeAll(run, [pingAt(run.path.line, distance, EIGHT_O_CLOCK + distance / 2)]));
  expect([seen(500), seen(5500)]).toEqual([[500], [5500]]);
});

test('where the schedule cannot tell either, the first place is taken, and the next pings put it right', () => {
  const run = runAlong(outAndBack);
  const pings = [5500, 5600, 5700].map((at, i) => pingAt(run.path.line, at, EIGHT_O_CLOCK + 550 + i * 10));
  expect(distances(placeAll(run, pings))).toEqual([500, 5600, 5700]);
});

test('a vehicle that waits where a loop starts and ends has not driven it', () => {
  const run = runAlong(loop);
  const { line } = run.path;
  const pings = [0, 20, 40].map((seconds) => pingAt(line, 0, EIGHT_O_CLOCK + 200 + seconds));
  expect(distances(placeAll(run, pings))).toEqual([0, 0, 0]);
});

test('a distance that was given out is never taken back', () => {
  const run = runAlong(straight);
  const { line } = run.path;
  const pings = [1000, 1030, 1010, 985, 700, 900, 1050].map((at, i) => pingAt(line, at, EIGHT_O_CLOCK + 100 + i * 10));
  expect(distances(placeAll(run, pings))).toEqual([1000, 1030, 1030, 1030, 'OFF_ROUTE', 'OFF_ROUTE', 1050]);
});

test('a vehicle beside the path is not on it', () => {
  const run = runAlong(straight);
  const aside = (metres: number) => pingAt(run.path.line, 1000, EIGHT_O_CLOCK + metres, [0, metres]);
  expect(distances(placeAll(run, [59, 61, 99, 101, 5000].map(aside)))).toEqual([
    1000,
    'OFF_ROUTE',
    'OFF_ROUTE',
    'OFF_ROUTE',
    'OFF_ROUTE',
  ]);
});

test('pings out of order, or twice, change nothing', () => {
  const run = runAlong(straight);
  const { state } = place(undefined, run, pingAt(run.path.line, 500, EIGHT_O_CLOCK + 50));
  for (const seconds of [50, 40]) {
    const again = place(state, run, pingAt(run.path.line, 900, EIGHT_O_CLOCK + seconds));
    expect(again).toEqual({ state, reason: 'OUT_OF_ORDER' });
  }
  const other = { ...run, key: 'another' };
  expect(place(state, other, pingAt(run.path.line, 900, EIGHT_O_CLOCK + 40))).toEqual({
    state,
    reason: 'OUT_OF_ORDER',
  });
});

test('another run starts afresh', () => {
  const run = runAlong(straight);
  const { state } = place(undefined, run, pingAt(run.path.line, 3000, EIGHT_O_CLOCK + 300));
  const next = place(state, { ...run, key: 'another' }, pingAt(run.path.line, 100, EIGHT_O_CLOCK + 310));
  expect(next).toMatchObject({ placement: { distance: expect.closeTo(100, 0) } });
  expect(next).not.toHaveProperty('placement.before');
});

test('a vehicle that drives to the start along its path is not taken for one on its way', () => {
  const run = runAlong(straight);
  const { line } = run.path;
  const early = [300, 200, 100, 0, 0].map((at, i) => pingAt(line, at, EIGHT_O_CLOCK - 300 + i * 30));
  const before = distances(placeAll(run, early)).slice(1);
  expect(before.every((distance) => distance === 'OFF_ROUTE' || Number(distance) <= 300)).toBe(true);
});

const lines = fc.constantFrom(straight, outAndBack, loop, eight).map(runAlong);
const step = fc.record({
  seconds: fc.integer({ min: -5, max: 120 }),
  metres: fc.integer({ min: -200, max: 1500 }),
  aside: fc.tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -90, max: 90 })),
});

/** Vehicles that jump, stand, go back and report badly. */
const journeys = fc
  .tuple(lines, fc.integer({ min: 0, max: 4000 }), fc.array(step, { maxLength: 30 }))
  .map(([run, start, steps]) => {
    let at = start;
    let seconds = EIGHT_O_CLOCK;
    const pings = steps.map(({ seconds: later, metres, aside }) => {
      at = Math.min(Math.max(at + metres, 0), run.path.line.length);
      seconds += later;
      return pingAt(run.path.line, at, seconds, aside);
    });
    return { run, pings };
  });

test('whatever is reported, no placement falls or lies off the path', () =>
  fc.assert(
    fc.property(journeys, ({ run, pings }) => {
      let furthest = 0;
      let latest = 0;
      for (const placing of placeAll(run, pings)) {
        if (!('placement' in placing)) continue;
        const { distance, offset, at } = placing.placement;
        expect(distance).toBeGreaterThanOrEqual(furthest);
        expect(at).toBeGreaterThan(latest);
        expect(offset).toBeLessThanOrEqual(MAX_OFFSET);
        furthest = distance;
        latest = at;
      }
    }),
  ));

test('a restart in between changes nothing, and the state stays small', () =>
  fc.assert(
    fc.property(journeys, ({ run, pings }) => {
      let straightOn: PlaceState | undefined;
      let restarted: PlaceState | undefined;
      for (const ping of pings) {
        const one = place(straightOn, run, ping);
        const other = place(restarted, run, ping);
        expect(other).toEqual(one);
        straightOn = one.state;
        const text = JSON.stringify(other.state);
        expect(text.length).toBeLessThan(400);
        restarted = JSON.parse(text) as PlaceState;
      }
    }),
  ));

test('a place far from Viet Nam is off the route, not an error', () => {
  const run = runAlong(straight);
  for (const { lat, lon } of [degrees([0, 900_000]), { lat: 0, lon: 0 }, { lat: -90, lon: 180 }])
    expect(place(undefined, run, { at: MIDNIGHT, lat, lon })).toMatchObject({ reason: 'OFF_ROUTE' });
});
