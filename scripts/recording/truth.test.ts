import { expect, test } from '@jest/globals';
import type { RecordedPosition } from './positions.ts';
import { runsOf } from './runs.ts';
import { departure, ping, timetableOf } from './straight-line.ts';
import { arrivalsOf, widestGap } from './truth.ts';

/** Seconds after the departure at which stops were reached, by name. */
function reached(pings: RecordedPosition[], maxGap = 120, timetable = timetableOf()): Record<string, number> {
  return Object.fromEntries(
    runsOf(pings, timetable)
      .flatMap((run) => arrivalsOf(run, maxGap))
      .flatMap((arrival) => (arrival ? [[arrival.stopId, Math.round((arrival.at - departure) / 100) / 10]] : [])),
  );
}

const every = (seconds: number, until: number, speed = 10): RecordedPosition[] =>
  Array.from({ length: Math.floor(until / seconds) + 1 }, (_, i) =>
    ping(i * seconds, Math.min(4000, i * seconds * speed)),
  );

test('a stop is reached 20 m before it, the last 40 m before, the first never', () => {
  expect(reached(every(30, 420))).toEqual({ B: 98, C: 198, D: 298, E: 408 });
});

test('a stop is not known to be reached before the first ping or after the last', () => {
  expect(reached([ping(150, 1500), ping(180, 1800), ping(210, 2100)])).toEqual({ C: 198 });
});

test('nor between pings that are too far apart', () => {
  const pings = [ping(0, 0), ping(90, 900), ping(220, 2200), ping(250, 2500)];
  expect(reached(pings)).toEqual({});
  expect(reached(pings, 300)).toEqual({ B: 98, C: 198 });
});

test('the last stop counts when the last ping is within 50 m of it', () => {
  expect(reached([ping(330, 3300), ping(390, 3955)])).toEqual({ E: 390 });
  expect(reached([ping(330, 3300), ping(390, 3945)])).toEqual({});
});

test('a jump of the receiver neither goes back nor reaches a stop twice', () => {
  const pings = [ping(80, 800), ping(110, 1100), ping(120, 1080), ping(150, 1500), ping(190, 1900), ping(210, 2100)];
  expect(reached(pings)).toEqual({ B: 98, C: 198 });
});

test('a ping far from the path is dropped', () => {
  expect(reached([ping(0, 0), ping(90, 900, { longitude: 107.2 }), ping(110, 1100)])).toEqual({ B: 98 });
  expect(reached([ping(0, 0, { longitude: 107.2 })])).toEqual({});
});

test('without a shape the path goes from stop to stop, and pings may be farther from it', () => {
  const beside = { longitude: 107.08 + 300 / 109_386 };
  const pings = [ping(0, 0, beside), ping(90, 900, beside), ping(110, 1100, beside)];
  expect(reached(pings)).toEqual({});
  expect(reached(pings, 120, timetableOf({ shape: [] }))).toEqual({ B: 98 });
});

test('the service day is the one whose times fit best when the recording does not say', () => {
  const { startDate: _, ...undated } = ping(0, 0);
  const runsOn = (date: string) => date !== '20260216';
  expect(runsOf([undated], timetableOf()).map(({ startDate }) => startDate)).toEqual(['20260216']);
  expect(runsOf([undated], timetableOf({ runsOn })).map(({ startDate }) => startDate)).toEqual(['20260215']);
  expect(runsOf([undated], timetableOf({ runsOn: () => false }))).toEqual([]);
});

test('two vehicles on one trip are two runs; trips by headway and unknown trips are none', () => {
  const pings = [ping(0, 0), ping(10, 0, { vehicleId: 'W' }), ping(20, 0, { tripId: 'X' })];
  expect(runsOf(pings, timetableOf())).toHaveLength(2);
  expect(runsOf(pings, timetableOf({ byHeadway: true }))).toEqual([]);
});

test('a recording with a ping every two minutes may have wider gaps', () => {
  expect(widestGap(runsOf(every(30, 420), timetableOf()))).toBe(120);
  expect(widestGap(runsOf(every(120, 360), timetableOf()))).toBe(300);
  expect(widestGap([])).toBe(120);
});
