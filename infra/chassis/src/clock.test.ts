import { expect, test } from '@jest/globals';
import { parseClock } from './clock.ts';

test('a recording clock stands where the recording is, and never goes back', () => {
  const clock = parseClock('recording:2026-02-16T15:58:00Z');
  expect(clock.now()).toBe(Date.parse('2026-02-16T15:58:00Z'));
  clock.observe(Date.parse('2026-02-16T16:00:00Z'));
  clock.observe(Date.parse('2026-02-16T15:59:00Z'));
  expect(clock.now()).toBe(Date.parse('2026-02-16T16:00:00Z'));
});

test('one device with a wrong clock does not carry a recording away', () => {
  const clock = parseClock('recording:2026-02-16T15:58:00Z');
  clock.observe(Date.parse('2030-01-01T00:00:00Z'));
  clock.observe(Date.parse('2026-02-16T15:59:00Z'));
  expect(clock.now()).toBe(Date.parse('2026-02-16T15:59:00Z'));
});

test('a clock with a rate runs that much faster than the wall', () => {
  const clock = parseClock('rate:2026-01-01T00:00:00Z@60@2020-01-01T00:00:00Z');
  const wall = Date.now() - Date.parse('2020-01-01T00:00:00Z');
  expect(Math.abs(clock.now() - Date.parse('2026-01-01T00:00:00Z') - wall * 60)).toBeLessThan(60_000);
});

test.each(['', 'noon', 'rate:2026-01-01T00:00:00Z', 'rate:2026-01-01T00:00:00Z@0', 'recording:soon'])(
  'refuses "%s"',
  (text) => expect(() => parseClock(text)).toThrow('not a clock'),
);
