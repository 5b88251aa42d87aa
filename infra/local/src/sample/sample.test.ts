import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { type BusFix, busAt, buses } from './buses.ts';
import { readLine } from './line.ts';
import { beach, counted, demand, market, taken } from './lots.ts';
import { sampleFeed } from './timetable.ts';

const line = readLine();
const feed = sampleFeed();
const tables = unzipSync(feed);
const lines = (file: string) => new TextDecoder().decode(tables[file]).trimEnd().split('\n').slice(1);
const departures = new Map(
  lines('stop_times.txt')
    .map((row) => row.split(','))
    .filter(([, , , , sequence]) => sequence === '1')
    .map(([trip, time]) => [trip as string, time as string]),
);

const instant = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2040-01-01') });
const bus = fc.constantFrom(0 as const, 1 as const, 2 as const);
const METRES = 111_195;

const apart = (a: BusFix, b: BusFix): number =>
  Math.hypot(a.lat - b.lat, (a.lon - b.lon) * Math.cos((10.34 * Math.PI) / 180)) * METRES;

/** When a trip leaves, by its id and service day. */
const leaves = ({ tripId, startDate }: { tripId: string; startDate: string }): number => {
  const [hours = 0, minutes = 0] = (departures.get(tripId) ?? '').split(':').map(Number);
  const day = `${startDate.slice(0, 4)}-${startDate.slice(4, 6)}-${startDate.slice(6)}`;
  return Date.parse(`${day}T00:00:00+07:00`) + (hours * 60 + minutes) * 60_000;
};

test('the feed is the same bytes each time', () => {
  expect(Buffer.from(sampleFeed()).equals(feed)).toBe(true);
});

test('a bus leaves each end every twenty minutes, day and night, and trips cross midnight', () => {
  expect(lines('trips.txt')).toHaveLength(144);
  expect(lines('stop_times.txt').some((row) => row.includes(',24:'))).toBe(true);
});

test('times and distances of each trip only grow', () => {
  for (const { stops } of line)
    for (const [i, stop] of stops.entries()) {
      const last = stops[i - 1];
      if (last) expect([stop.distance > last.distance, stop.arrives > last.departs]).toEqual([true, true]);
    }
});

test('whatever the hour, a bus on a trip is on one that the schedule has, at most two minutes off', () => {
  fc.assert(
    fc.property(bus, instant, (number, now) => {
      const { trip } = busAt(number, now, line);
      if (!trip) return;
      const elapsed = (now - leaves(trip)) / 60_000;
      expect(elapsed).toBeGreaterThan(-4.5); // it takes its trip four minutes before it leaves
      expect(elapsed).toBeLessThan(26);
    }),
  );
});

test('a bus drives at the pace of a bus, without a jump, and never backwards', () => {
  fc.assert(
    fc.property(bus, instant, (number, now) => {
      const [before, after] = [busAt(number, now, line), busAt(number, now + 1000, line)];
      expect(apart(before, after)).toBeLessThan(25);
      expect(before.speed).toBeGreaterThanOrEqual(0);
      expect(before.speed).toBeLessThan(15);
    }),
    { numRuns: 1000 },
  );
});

test('the three buses are different, and one is on its way at any time', () => {
  expect(new Set(buses).size).toBe(3);
  fc.assert(
    fc.property(instant, (now) => ([0, 1, 2] as const).some((number) => busAt(number, now, line).trip !== undefined)),
  );
});

test('lots are never fuller than full, and both fill and empty over a day', () => {
  fc.assert(
    fc.property(instant, (now) => {
      expect(counted(now)).toBeGreaterThanOrEqual(0);
      expect(counted(now)).toBeLessThanOrEqual(beach.capacity);
      expect(demand(now)).toBeGreaterThan(0);
      expect(demand(now)).toBeLessThan(1);
    }),
  );
  const day = Date.parse('2026-06-01T00:00:00+07:00');
  const hours = Array.from({ length: 24 }, (_, hour) => day + hour * 3_600_000);
  const bays = hours.map((now) => market.bayIds.filter((_, i) => taken(i, now)).length);
  expect(Math.max(...bays) - Math.min(...bays)).toBeGreaterThan(6);
  expect(Math.max(...hours.map(counted)) - Math.min(...hours.map(counted))).toBeGreaterThan(60);
});
