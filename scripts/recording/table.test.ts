import { expect, test } from '@jest/globals';
import { Ledger } from './ledger.ts';
import { Placements } from './placements.ts';
import { Published } from './published.ts';
import { quantile, resultOf } from './result.ts';
import { runsOf } from './runs.ts';
import { judge } from './score.ts';
import { ping, timetableOf } from './straight-line.ts';
import { tableOf } from './table.ts';

/** The first positions are placed, the others meet what `fates` says, in turn. */
function played(fates: readonly string[]) {
  const positions = Array.from({ length: 15 }, (_, i) => ping(60 + i * 30, Math.min(4000, i * 300)));
  const ledger = new Ledger();
  const sent = positions.map((position) => ledger.send(position, 100));
  sent.forEach((one, i) => {
    const fate = fates[i - (sent.length - fates.length)] ?? 'placed';
    if (fate === 'NO_FIX') ledger.refuse(one, fate);
    else if (fate === 'placed') ledger.see('V', one.position.at, { kind: 'placed', reason: '' }, 110 + i);
    else if (fate !== 'lost') ledger.see('V', one.position.at, { kind: 'unplaced', reason: fate }, 110 + i);
  });
  const published = new Published();
  const judgement = judge(runsOf(positions, timetableOf()), published.arrival);
  return resultOf({ ledger, placements: new Placements(timetableOf()), published, seconds: 3 }, judgement);
}

test('every position is accounted for', () => {
  const result = played(['lost', 'NO_FIX', 'OFF_ROUTE', 'NO_TRIP', 'OFF_ROUTE']);
  expect(result).toMatchObject({
    positions: 15,
    matched: 10,
    unmatched: { OFF_ROUTE: 2, NO_TRIP: 1 },
    refused: { NO_FIX: 1 },
    passed: 0,
    lost: 1,
    positionsPerSecond: 5,
    latency: { p50: 16, p99: 24 },
  });
});

test('a person reads it as a table', () => {
  const lines = tableOf(played(['lost', 'OFF_ROUTE', 'NO_TRIP', 'OFF_ROUTE'])).split('\n');
  expect(lines.slice(0, 5)).toEqual([
    'positions in            15',
    "  placed                11  73.3 %; 0.0 % within 60 m of their trip's path; backward steps: 0",
    '  unplaced               3  OFF_ROUTE 2, NO_TRIP 1',
    '  refused                0',
    '  lost                   1',
  ]);
  expect(lines.find((line) => line.startsWith('all '))).toBe(
    'all                 0      -      -      -  |       18   57.4   57.4   83.3  |       18    4.3    1.9  100.0',
  );
});

test('quantiles', () => {
  expect(quantile(Float64Array.of(), 0.5)).toBeNull();
  expect(quantile(Float64Array.of(1, 2, 3, 4), 0.5)).toBe(3);
  expect(quantile(Float64Array.of(1, 2, 3, 4), 0.99)).toBe(4);
});
