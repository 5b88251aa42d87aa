import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordingsFolder, testWithRecordings } from '@giaolo/chassis/testing/recordings';
import { readFeed } from '@giaolo/transit/feed/read-feed';
import { expect } from '@jest/globals';
import { csvText, readPositions } from './positions.ts';
import { runsOf } from './runs.ts';
import { judge } from './score.ts';
import { horizons } from './tally.ts';
import { timetableFrom } from './timetable.ts';

const recording = join(recordingsFolder, 'gtfs-rt/wmata-2026-02-16');

testWithRecordings('a real day in Washington is judged as by others who follow the same rule', async () => {
  const answer = await readFeed(readFileSync(join(recording, 'gtfs_3routes.zip')));
  if (!answer.ok) throw new Error(answer.errors[0]?.message);
  const timetable = timetableFrom(answer.feed);
  const csv = csvText(readFileSync(join(recording, 'vehicle_positions.csv')));
  const { arrivals, predictions, scores } = judge(
    runsOf(readPositions(csv, timetable.timeZone), timetable),
    () => undefined,
  );
  const { schedule, 'schedule-deviation': deviation, published } = scores;

  expect(within(arrivals.length, 5_361, 0.005)).toBe(true);
  expect(within(predictions, 114_221, 0.005)).toBe(true);
  expect(published.missing).toBe(predictions);

  expect(schedule.all.mae).toBeCloseTo(223.0, 0);
  expect(schedule.all.mbta).toBeCloseTo(53.4, 0);
  expect(schedule.benchmark).toBeCloseTo(39.8, 0);

  const maes = horizons.map((horizon) => deviation.horizons[horizon].mae);
  [36.6, 69.8, 110.8, 188.3].forEach((mae, i) => {
    expect(within(maes[i] ?? 0, mae, 0.01)).toBe(true);
  });
  expect(within(deviation.all.mae ?? 0, 139.6, 0.01)).toBe(true);
  expect(deviation.all.mbta).toBeCloseTo(80.4, 0);
  expect(deviation.benchmark).toBeCloseTo(65.6, 0);
});

const within = (value: number, aim: number, share: number): boolean => Math.abs(value / aim - 1) <= share;
