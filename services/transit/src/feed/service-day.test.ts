import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDay, parseDay, serviceDaysIn, weekdayOf } from './service-day.ts';

test.each([
  ['Asia/Ho_Chi_Minh', '20260216', '2026-02-15T17:00:00Z'],
  ['America/New_York', '20260216', '2026-02-16T05:00:00Z'],
  // Clocks go forward: noon minus 12 h is 23:00 of the day before.
  ['America/New_York', '20260308', '2026-03-08T04:00:00Z'],
  ['America/New_York', '20260309', '2026-03-09T04:00:00Z'],
  // Clocks go back: noon minus 12 h is 01:00.
  ['America/New_York', '20261101', '2026-11-01T05:00:00Z'],
  ['America/New_York', '20261102', '2026-11-02T05:00:00Z'],
  ['Europe/Berlin', '20260329', '2026-03-28T22:00:00Z'],
  ['Europe/Berlin', '20261025', '2026-10-24T23:00:00Z'],
  ['Australia/Lord_Howe', '20261004', '2026-10-03T13:00:00Z'],
  ['Pacific/Kiritimati', '20260101', '2025-12-31T10:00:00Z'],
  ['Pacific/Apia', '20111231', '2011-12-30T10:00:00Z'],
])('in %s the stop times of %s count from %s', (zone, date, instant) => {
  expect(new Date(serviceDaysIn(zone).startOf(parseDay(date) ?? 0)).toISOString()).toBe(instant.replace('Z', '.000Z'));
});

test('noon of a service day is noon on the wall, whatever the clocks do that day', () => {
  const berlin = serviceDaysIn('Europe/Berlin');
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short', dateStyle: 'short' });
  fc.assert(
    fc.property(fc.integer({ min: 10_000, max: 25_000 }), (day) => {
      const date = formatDay(day);
      const wall = `${date.slice(6)}/${date.slice(4, 6)}/${date.slice(0, 4)}, 12:00`;
      expect(clock.format(berlin.startOf(day) + 12 * 3_600_000)).toBe(wall);
      expect(berlin.dayAt(berlin.startOf(day))).toBe(day);
      expect(berlin.dayAt(berlin.startOf(day + 1) - 1)).toBe(day);
    }),
  );
});

test('dates are read strictly', () => {
  const dates = ['20240229', '20230229', '20261301', '2026-02-16', '202602160', ''];
  expect(dates.map((date) => parseDay(date))).toEqual([19_782, undefined, undefined, undefined, undefined, undefined]);
  expect(weekdayOf(parseDay('20260216') ?? 0)).toBe(0);
});
