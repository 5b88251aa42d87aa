import { expect, test } from '@jest/globals';
import { onTrip, vehicle } from '../testing/samples.ts';
import { punctualityOf, signedMinutes } from './punctuality.ts';

test.each([
  [-300, 'early', '−5'],
  [-60, 'early', '−1'],
  [-59, 'on-time', ''],
  [0, 'on-time', ''],
  [179, 'on-time', '+2'],
  [180, 'late', '+3'],
  [599, 'late', '+9'],
  [600, 'very-late', '+10'],
  [9_000, 'very-late', '+99'],
])('%d s is %s, written "%s"', (seconds, punctuality, written) => {
  expect(punctualityOf(onTrip('a', seconds))).toBe(punctuality);
  expect(signedMinutes(seconds)).toBe(written);
});

test('a vehicle that is on no path has no punctuality', () =>
  expect(punctualityOf(vehicle('a', { unplaced: 'OFF_ROUTE' }))).toBe('unplaced'));
