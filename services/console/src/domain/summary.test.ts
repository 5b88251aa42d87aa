import { expect, test } from '@jest/globals';
import { lot, onTrip, vehicle } from '../testing/samples.ts';
import { summarize } from './summary.ts';

test('counts only what is known now', () => {
  const now = 1_000_000;
  const vehicles = [
    onTrip('a', 0, { observedAt: now }),
    onTrip('b', 200, { observedAt: now - 100_000 }),
    onTrip('c', 900, { observedAt: now - 400_000 }),
    vehicle('d', { observedAt: now, unplaced: 'NO_TRIP' }),
  ];
  const never = lot('never');
  delete never.observedAt;
  const lots = [lot('a', { observedAt: now }), lot('shut', { state: 'CLOSED', observedAt: now }), never];
  expect(summarize(vehicles, lots, now)).toEqual({
    vehicles: 4,
    silent: 1,
    byPunctuality: { early: 0, 'on-time': 1, late: 1, 'very-late': 0, unplaced: 1 },
    free: 35,
    capacity: 100,
    lotsUnknown: 1,
  });
});
