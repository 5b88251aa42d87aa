import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bearingBetween, degreesText, graticuleStep, metresBetween, turnBetween } from './geometry.ts';

test('distances and bearings of a city', () => {
  expect(metresBetween([107, 10], [107, 11])).toBeCloseTo(111_195, -1);
  expect(metresBetween([107, 60], [108, 60])).toBeCloseTo(55_597, -1);
  expect(
    [
      [0, 1],
      [1, 0],
      [0, -1],
      [-1, 0],
    ].map(([lon, lat]) => bearingBetween([0, 0], [lon ?? 0, lat ?? 0])),
  ).toEqual([0, 90, 180, 270]);
});

test('a turn is never more than half round', () => {
  const bearing = fc.integer({ min: 0, max: 359 });
  fc.assert(
    fc.property(bearing, bearing, (from, to) => {
      const turn = turnBetween(from, to);
      expect(Math.abs(turn)).toBeLessThanOrEqual(180);
      expect((from + turn + 720) % 360).toBe(to);
    }),
  );
});

test.each([[360], [90], [3], [0.7], [0.05], [0.004]])('a span of %d degrees is cut into a few parts', (span) => {
  const lines = span / graticuleStep(span);
  expect(lines).toBeGreaterThanOrEqual(4);
  expect(lines).toBeLessThanOrEqual(36);
});

test('degrees are written in minutes and seconds', () => {
  expect(degreesText(10.5, 'lat')).toBe('10°30′N');
  expect(degreesText(-77.0375, 'lon')).toBe('77°02′15″W');
});
