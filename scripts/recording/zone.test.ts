import { expect, test } from '@jest/globals';
import { addDays, dateIn, instantOf, serviceDayStart } from './zone.ts';

const iso = (instant: number): string => new Date(instant).toISOString();

test.each([
  ['Asia/Ho_Chi_Minh', '20260216', '2026-02-15T17:00:00.000Z'],
  ['America/New_York', '20260216', '2026-02-16T05:00:00.000Z'],
  // The clocks go forward at 2:00 and noon is eleven hours after midnight: the day starts at 23:00 of the day before.
  ['America/New_York', '20260308', '2026-03-08T04:00:00.000Z'],
  ['America/New_York', '20261101', '2026-11-01T05:00:00.000Z'],
])('a service day in %s on %s starts at %s', (zone, date, start) => {
  expect(iso(serviceDayStart(zone, date))).toBe(start);
});

test('an hour that comes twice is the first, one that is skipped is moved on', () => {
  expect(iso(instantOf('America/New_York', Date.UTC(2026, 10, 1, 1, 30)))).toBe('2026-11-01T05:30:00.000Z');
  expect(iso(instantOf('America/New_York', Date.UTC(2026, 2, 8, 2, 30)))).toBe('2026-03-08T07:30:00.000Z');
});

test('days', () => {
  expect(dateIn('Asia/Ho_Chi_Minh', Date.parse('2026-12-31T17:00:00Z'))).toBe('20270101');
  expect(addDays('20260228', 1)).toBe('20260301');
  expect(addDays('20260101', -1)).toBe('20251231');
});
