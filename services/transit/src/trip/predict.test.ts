import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lineThrough, MIDNIGHT, runOf, straight } from '../../test/lines.ts';
import { scheduleDeviation } from './predict.ts';
import { type Progress, progressOf } from './progress.ts';

const run = runOf(lineThrough(straight), [0, 1000, 2000, 3000], [1000, 1100, [1220, 1280], 3600]);
const at = (seconds: number) => MIDNIGHT + seconds * 1000;
const progress = (distance: number, seconds: number): Progress =>
  progressOf(run, { distance, at: at(seconds), offset: 0 });

const predict = (from: Progress, now: number, horizonSeconds = 7200) =>
  scheduleDeviation
    .predict(run.schedule, from, at(now), horizonSeconds * 1000)
    .map(({ stop, predictedAt }) => [stop, (predictedAt - MIDNIGHT) / 1000]);

test('a late vehicle stays as late', () => {
  expect(predict(progress(500, 1090), 1090)).toEqual([
    [1, 1140],
    [2, 1260],
    [3, 3640],
  ]);
});

test('a vehicle that waits leaves when it is due, and at once when that is past', () => {
  expect(predict(progress(0, 400), 400).slice(0, 2)).toEqual([
    [0, 1000],
    [1, 1100],
  ]);
  expect(predict(progress(0, 1200), 1200)[0]).toEqual([1, 1300]);
});

test('nothing is predicted for the past', () => {
  expect(predict(progress(500, 1050), 1250)).toEqual([
    [1, 1250],
    [2, 1250],
    [3, 3600],
  ]);
});

test('the horizon ends the list, but the next stop is always in it', () => {
  expect(predict(progress(500, 1050), 1050, 600)).toHaveLength(2);
  expect(predict(progress(2500, 2440), 2440, 600)).toEqual([[3, 3600]]);
});

test('a trip that is over has no predictions', () => {
  expect(predict(progress(2990, 3600), 3600)).toEqual([]);
});

test('predictions never fall along the stops and never lie before now', () => {
  const place = fc.integer({ min: 0, max: 3000 });
  fc.assert(
    fc.property(
      place,
      fc.integer({ min: 0, max: 8000 }),
      fc.integer({ min: -60, max: 600 }),
      (distance, seconds, age) => {
        let earliest = seconds + age;
        for (const [, predicted] of predict(progress(distance, seconds), seconds + age)) {
          expect(predicted).toBeGreaterThanOrEqual(earliest);
          earliest = predicted as number;
        }
      },
    ),
  );
});
