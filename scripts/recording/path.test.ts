import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makePath, nearPoints, type Place } from './path.ts';

/** Metres east and north of a place in Vung Tau, as degrees. */
const place = (east: number, north: number): Place => [
  10.35 + north / 111_195.08,
  107.08 + east / (111_195.08 * Math.cos((10.35 * Math.PI) / 180)),
];
const line = (...points: [number, number][]) => makePath(points.map(([east, north]) => place(east, north)));
const rounded = (path: ReturnType<typeof line>, east: number, north: number, radius = 100) =>
  nearPoints(path, place(east, north), radius).map(({ distance, offset }) => [
    Math.round(distance),
    Math.round(offset),
  ]);

test('a place beside the path is as far along as its foot', () => {
  expect(rounded(line([0, 0], [1000, 0]), 400, 30)).toEqual([[400, 30]]);
});

test('beyond the ends it is at the ends', () => {
  const path = line([0, 0], [1000, 0]);
  expect(rounded(path, -30, 40)).toEqual([[0, 50]]);
  expect(rounded(path, 1030, 40)).toEqual([[1000, 50]]);
});

test('outside a corner it is at the corner, once', () => {
  expect(rounded(line([0, 0], [500, 0], [500, 500]), 530, -40)).toEqual([[500, 50]]);
});

test('a path that comes by twice has it twice', () => {
  const thereAndBack = line([0, 0], [1000, 0], [1000, 20], [0, 20]);
  expect(rounded(thereAndBack, 400, 5)).toEqual([
    [400, 5],
    [1620, 15],
  ]);
});

test('nothing within reach is nothing', () => {
  expect(rounded(line([0, 0], [1000, 0]), 400, 130)).toEqual([]);
});

test('repeated points and a path of one point do no harm', () => {
  expect(rounded(line([0, 0], [0, 0], [1000, 0], [1000, 0]), 1000, 7)).toEqual([[1000, 7]]);
  expect(rounded(line([0, 0], [0, 0]), 30, 40)).toEqual([[0, 50]]);
});

test('one of the points is the nearest of the whole path', () => {
  const metres = fc.integer({ min: -2000, max: 2000 });
  const corner = fc.tuple(metres, metres);
  fc.assert(
    fc.property(fc.array(corner, { minLength: 2, maxLength: 8 }), corner, (corners, [east, north]) => {
      const path = line(...corners);
      const points = nearPoints(path, place(east, north), Number.POSITIVE_INFINITY);
      const least = Math.min(...points.map(({ offset }) => offset));
      const sampled = corners.slice(1).flatMap(([x, y], i) => {
        const [fromX, fromY] = corners[i] as [number, number];
        return Array.from({ length: 51 }, (_, k) =>
          Math.hypot(fromX + ((x - fromX) * k) / 50 - east, fromY + ((y - fromY) * k) / 50 - north),
        );
      });
      // The plane of the path is not quite the plane of this test: 0.1 %.
      expect(least).toBeLessThanOrEqual(Math.min(...sampled) * 1.001 + 0.1);
      for (const { distance } of points) expect(distance).toBeLessThanOrEqual(path.length);
    }),
  );
});
