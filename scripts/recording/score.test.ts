import { expect, test } from '@jest/globals';
import type { RecordedPosition } from './positions.ts';
import { runsOf } from './runs.ts';
import { instantsOf, judge } from './score.ts';
import { departure, ping, timetableOf } from './straight-line.ts';

const runs = (...pings: RecordedPosition[]) => runsOf(pings, timetableOf());
const late = Array.from({ length: 15 }, (_, i) => ping(60 + i * 30, Math.min(4000, i * 300)));

test('instants are pings at least a minute apart, from ten minutes before the trip is due', () => {
  const [run] = runs(ping(-660, 0), ping(-600, 0), ping(-550, 0), ping(-540, 0), ping(-481, 0), ping(-420, 0));
  expect(run && instantsOf(run).map(({ at }) => (at - departure) / 1000)).toEqual([-600, -540, -420]);
});

test('a bus that keeps one minute behind its schedule', () => {
  const { arrivals, predictions, scores } = judge(runs(...late), () => undefined);
  expect(arrivals.map(({ stopId, at, gapSeconds }) => [stopId, (at - departure) / 1000, gapSeconds])).toEqual([
    ['B', 158, 30],
    ['C', 258, 30],
    ['D', 358, 30],
    ['E', 468, 30],
  ]);
  // At 60 s four stops are ahead, at 120 s too, at 180 s three, ...
  expect(predictions).toBe(4 + 4 + 3 + 3 + 2 + 1 + 1);
  // Arrivals count from a little before the stop, hence a little less than a minute after the schedule.
  expect(scores.schedule.horizons['3-6'].bias).toBeGreaterThan(55);
  expect(scores['schedule-deviation'].all.mae).toBeLessThan(5);
  expect(scores['schedule-deviation'].all).toMatchObject({ n: 18, predicted: 18, mbta: 100, unrealised: 0 });
  expect(scores.published).toMatchObject({ missing: 18, all: { n: 0, mae: null, mbta: null } });
});

test('what the platform published is asked for at the same instants and stops', () => {
  const asked: string[] = [];
  const { scores } = judge(runs(...late), (run, stopSequence, now) => {
    asked.push(`${run.trip.tripId} ${stopSequence} ${(now - departure) / 1000}`);
    return stopSequence === 5 ? departure + 500_000 : undefined;
  });
  expect(asked.slice(0, 5)).toEqual(['T 2 60', 'T 3 60', 'T 4 60', 'T 5 60', 'T 2 120']);
  expect(scores.published).toMatchObject({ missing: 11, all: { n: 7, mae: 32, bias: -32 } });
});

test('a stop that the vehicle never came to is an unrealised prediction, once it would be too late', () => {
  const other = Array.from({ length: 40 }, (_, i) => ping(60 + i * 30, Math.min(4000, i * 100), { vehicleId: 'W' }));
  const { scores } = judge(runs(...late.slice(0, 6), ...other), () => undefined);
  const { unrealised, mbta, mbtaWithUnrealised, predicted } = scores.schedule.horizons['0-3'];
  expect(unrealised).toBeGreaterThan(0);
  expect(mbtaWithUnrealised).toBeCloseTo(((mbta ?? 0) * predicted) / (predicted + unrealised), 9);
  const endsThere = judge(runs(...late.slice(0, 6)), () => undefined);
  expect(endsThere.scores.schedule.all.unrealised).toBe(0);
});
