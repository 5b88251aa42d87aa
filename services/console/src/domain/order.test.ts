import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { onTrip, vehicle } from '../testing/samples.ts';
import { holdOrder, orderVehicles, type VehicleOrder } from './order.ts';

const collate = new Intl.Collator('en', { numeric: true }).compare;
const trip = (routeId: string) => ({ tripId: 't', startDate: '20261124', routeId });
const buses = [
  onTrip('a', 30, { trip: trip('10'), observedAt: 5 }),
  onTrip('b', 700, { trip: trip('2'), observedAt: 9 }),
  vehicle('c', { observedAt: 1 }),
  onTrip('d', -90, { trip: trip('2'), observedAt: 7 }),
];

test.each<[VehicleOrder, string]>([
  ['route', 'bdac'],
  ['lateness', 'badc'],
  ['age', 'cadb'],
])('by %s', (by, ids) => {
  const ordered = orderVehicles(buses, by, (v) => v.trip?.routeId ?? '', collate);
  expect(ordered.map((v) => v.vehicleId).join('')).toBe(ids);
});

test('a held list loses and gains rows, but nothing in it moves', () => {
  expect(holdOrder(['a', 'b', 'c'], ['d', 'c', 'a'])).toEqual(['a', 'c', 'd']);
  const keys = fc.uniqueArray(fc.constantFrom(...'abcdefgh'));
  fc.assert(
    fc.property(keys, keys, (shown, wanted) => {
      const held = holdOrder(shown, wanted);
      expect([...held].sort()).toEqual([...wanted].sort());
      const kept = held.filter((key) => shown.includes(key));
      expect(kept).toEqual(shown.filter((key) => wanted.includes(key)));
    }),
  );
});
