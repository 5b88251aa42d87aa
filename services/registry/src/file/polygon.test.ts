import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { representativePoint } from './polygon.ts';

const at = (longitude: number, latitude: number) => ({ latitude, longitude });

test('a convex lot stands at its centroid, whichever way round its corners go', () => {
  const square = [at(107, 10), at(107.002, 10), at(107.002, 10.002), at(107, 10.002)];
  for (const corners of [square, square.toReversed()]) {
    const { latitude, longitude } = representativePoint(corners);
    expect(latitude).toBeCloseTo(10.001, 9);
    expect(longitude).toBeCloseTo(107.001, 9);
  }
});

test('a lot around a corner stands inside itself', () => {
  const u = [at(0, 0), at(9, 0), at(9, 9), at(8, 9), at(8, 1), at(2, 1), at(2, 9), at(0, 9)];
  const { latitude, longitude } = representativePoint(u);
  expect(latitude).toBeGreaterThan(1);
  expect(longitude).toBeCloseTo(1, 9);
});

test('a lot without an area still has a place', () => {
  expect(representativePoint([at(1, 1), at(3, 3), at(2, 2)])).toEqual(at(2, 2));
});

test('the place of a star-shaped lot is inside its box', () => {
  const star = fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 3, maxLength: 30 }).map((radii) =>
    radii.map((radius, i) => {
      const angle = (2 * Math.PI * i) / radii.length;
      return at(107 + radius * Math.cos(angle), 10 + radius * Math.sin(angle));
    }),
  );
  fc.assert(
    fc.property(star, (corners) => {
      const { latitude, longitude } = representativePoint(corners);
      const within = (value: number, values: number[]) =>
        value >= Math.min(...values) - 1e-9 && value <= Math.max(...values) + 1e-9;
      expect(
        within(
          latitude,
          corners.map((corner) => corner.latitude),
        ),
      ).toBe(true);
      expect(
        within(
          longitude,
          corners.map((corner) => corner.longitude),
        ),
      ).toBe(true);
    }),
  );
});
