import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BAD_TIME, NO_TIME, parseCount, parseDegrees, parseTime } from './values.ts';

test.each([
  ['00:00:00', 0],
  ['6:05:09', 21_909],
  ['24:00:00', 86_400],
  ['47:59:59', 172_799],
  ['100:00:00', 360_000],
  [' 8:00:00 ', 28_800],
  ['', NO_TIME],
  ['  ', NO_TIME],
  ['8:00', BAD_TIME],
  ['8:60:00', BAD_TIME],
  ['8:00:60', BAD_TIME],
  ['-8:00:00', BAD_TIME],
  ['8.00.00', BAD_TIME],
  ['08:00:00 PM', BAD_TIME],
  ['1000:00:00', BAD_TIME],
])('the time "%s" is %d', (text, seconds) => {
  expect(parseTime(text)).toBe(seconds);
});

test('every time that is written is read back', () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_599_999 }), (seconds) => {
      const two = (value: number) => String(value % 60).padStart(2, '0');
      const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}`;
      expect(parseTime(text)).toBe(seconds);
    }),
  ));

test('numbers are taken only when they are nothing but a number', () => {
  expect(['0', ' 12 ', '-1', '1.5', '', '1e3', '9999999999'].map(parseCount)).toEqual([
    0,
    12,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(['10.5', ' -90 ', '90.01', 'north', '', undefined].map((text) => parseDegrees(text, 90))).toEqual([
    10.5,
    -90,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
