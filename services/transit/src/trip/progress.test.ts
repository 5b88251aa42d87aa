import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lineThrough, MIDNIGHT, runOf, straight } from '../../test/lines.ts';
import { latenessAt } from './lateness.ts';
import type { PlacedAt, Placement } from './place.ts';
import { progressOf } from './progress.ts';

// Four stops a kilometre apart; a minute of rest at the third, which the schedule gives 120 s to reach.
const run = runOf(lineThrough(straight), [0, 1000, 2000, 3000], [1000, 1100, [1220, 1280], 1400]);

const placed = (distance: number, seconds: number): PlacedAt => ({ distance, at: MIDNIGHT + seconds * 1000 });
const placement = (now: PlacedAt, before?: PlacedAt): Placement => ({ ...now, offset: 0, ...(before && { before }) });

test.each<[string, number, number, number]>([
  ['waits for its time', 0, 400, 0],
  ['waits a little way off', 600, 999, 0],
  ['stands after its time', 0, 1030, 30],
  ['is on time between stops', 500, 1050, 0],
  ['is late between stops', 500, 1090, 40],
  ['is early between stops', 500, 1020, -30],
  ['comes early to a stop where it will wait', 1990, 1200, -20],
  ['rests within its time', 2000, 1250, 0],
  ['rests longer than it may', 2010, 1290, 10],
  ['goes on from where it rested', 2500, 1340, 0],
  ['is over the end', 3400, 1460, 60],
])('a vehicle that %s: at %d m, at %d s, it is %d s late', (_, distance, seconds, late) => {
  expect(latenessAt(run.path, run.schedule, distance, MIDNIGHT + seconds * 1000)).toBeCloseTo(late, 5);
});

test('a stop is reached when the distance first comes within 20 m, in proportion to the time', () => {
  const { reached, nextStop } = progressOf(run, placement(placed(2180, 1260), placed(780, 1120)));
  expect(reached).toEqual([
    { stop: 1, arrivalAt: MIDNIGHT + 1_140_000, gapSeconds: 140 },
    { stop: 2, arrivalAt: MIDNIGHT + 1_240_000, gapSeconds: 140 },
  ]);
  expect(nextStop).toBe(3);
});

test.each<[string, number, number]>([
  ['at the start', 0, 1],
  ['just before a stop', 979, 1],
  ['at a stop', 980, 2],
  ['just before the last stop', 2959, 3],
  ['within 40 m of the last stop', 2960, 4],
])('%s (%d m) the next stop is number %d', (_, distance, nextStop) => {
  expect(progressOf(run, placement(placed(distance, 1500))).nextStop).toBe(nextStop);
});

test('what is passed long before the start is no stop of the trip', () => {
  const early = progressOf(run, placement(placed(1500, 600), placed(0, 500)));
  expect(early).toMatchObject({ reached: [], nextStop: 0, lateness: 0, isLayover: true });
  const soon = progressOf(run, placement(placed(1500, 999), placed(0, 900)));
  expect(soon).toMatchObject({ nextStop: 2, isLayover: true });
  expect(soon.reached).toHaveLength(1);
});

test('each stop is reached once, in order and in time', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 1200 })), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(steps, (moves) => {
      let before = placed(0, 1000);
      let latest = 0;
      const reached: number[] = [];
      for (const [seconds, metres] of moves) {
        const now = placed(Math.min(before.distance + metres, 3000), (before.at - MIDNIGHT) / 1000 + seconds);
        for (const { stop, arrivalAt } of progressOf(run, placement(now, before)).reached) {
          reached.push(stop);
          expect(arrivalAt).toBeGreaterThanOrEqual(Math.max(latest, before.at));
          expect(arrivalAt).toBeLessThanOrEqual(now.at);
          latest = arrivalAt;
        }
        before = now;
      }
      expect(reached).toEqual([1, 2, 3].slice(0, reached.length));
    }),
  );
});
