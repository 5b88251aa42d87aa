import { expect, test } from '@jest/globals';
import { FEED, prediction } from '../testing/samples.ts';
import { arrivalsAt, minutesUntil, stopsAhead } from './arrivals.ts';

const stopAt = (stopId: string, predictedAt: number) => ({ stopId, stopSequence: 1, scheduledAt: 0, predictedAt });

test('arrivals at a stop come soonest first, without those that have gone', () => {
  const predictions = [
    prediction('slow', { stops: [stopAt('S2', 300_000)] }),
    prediction('gone', { stops: [stopAt('S2', 69_999)] }),
    prediction('standing', { stops: [stopAt('S2', 70_000)] }),
    prediction('loop', { stops: [stopAt('S2', 200_000), stopAt('S3', 250_000), stopAt('S2', 900_000)] }),
    prediction('elsewhere', { feed: 'feeds/other', stops: [stopAt('S2', 150_000)] }),
  ];
  expect(arrivalsAt(predictions, FEED, 'S2', 100_000).map((a) => [a.prediction.vehicleId, a.at.predictedAt])).toEqual([
    ['standing', 70_000],
    ['loop', 200_000],
    ['slow', 300_000],
    ['loop', 900_000],
  ]);
});

test('a vehicle follows the prediction of its newest trip', () => {
  const predictions = [
    prediction('a', { tripId: 'earlier', observedAt: 1 }),
    prediction('a', { tripId: 'now', observedAt: 2 }),
    prediction('b', { tripId: 'other', observedAt: 3 }),
  ];
  expect(stopsAhead(predictions, { feed: FEED, vehicleId: 'a' })?.tripId).toBe('now');
  expect(stopsAhead(predictions, { feed: FEED, vehicleId: 'c' })).toBeUndefined();
});

test('minutes are whole and never below 0', () => {
  expect([59_999, 60_000, 179_000, -5].map((at) => minutesUntil(at, 0))).toEqual([0, 1, 2, 0]);
});
