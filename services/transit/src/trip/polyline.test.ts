import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { degrees, eight, lineThrough, loop, type Metres, outAndBack, straight } from '../../test/lines.ts';
import { eastOf, nearbyOn, northOf, offsetAt, positionAt } from './polyline.ts';

const near = (points: readonly Metres[], place: Metres, reach = 100) => {
  const line = lineThrough(points);
  const { lat, lon } = degrees(place);
  return nearbyOn(line, eastOf(line.plane, lon), northOf(line.plane, lat), reach).map(({ at, offset }) => [
    Math.round(at),
    Math.round(offset),
  ]);
};

test.each<[string, readonly Metres[], Metres, number[][]]>([
  ['beside a straight line', straight, [1000, 40], [[1000, 40]]],
  ['before its start', straight, [-30, 0], [[0, 30]]],
  ['too far away', straight, [1000, 101], []],
  [
    'on a street that is driven both ways',
    outAndBack,
    [1000, 5],
    [
      [1000, 5],
      [5000, 5],
    ],
  ],
  ['at its turn, which is one place', outAndBack, [2990, 0], [[2990, 0]]],
  [
    'where a loop closes',
    loop,
    [0, 0],
    [
      [0, 0],
      [4000, 0],
    ],
  ],
  [
    'where a line crosses itself',
    eight,
    [1000, 500],
    [
      [1118, 0],
      [4354, 0],
    ],
  ],
])('%s a point is near once per pass', (_, points, place, expected) => {
  expect(near(points, place)).toEqual(expected);
});

test('a place found again lies where it was said to be', () => {
  const coordinate = fc.integer({ min: -3000, max: 3000 });
  const points = fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(points, fc.double({ min: 0, max: 1, noNaN: true }), (corners, share) => {
      const line = lineThrough(corners);
      fc.pre(line.at.length > 1);
      const { lat, lon } = positionAt(line, share * line.length);
      const [x, y] = [eastOf(line.plane, lon), northOf(line.plane, lat)];
      const found = nearbyOn(line, x, y, 50);
      expect(found.some(({ offset }) => offset < 0.01)).toBe(true);
      for (const { at, offset } of found) expect(offsetAt(line, at, x, y)).toBeCloseTo(offset, 3);
    }),
  );
});

test('repeated points do no harm, and one point is a line without length', () => {
  const line = lineThrough([
    [0, 0],
    [0, 0],
    [100, 0],
    [100, 0],
  ]);
  expect([...line.at].map(Math.round)).toEqual([0, 100]);
  const point = lineThrough([
    [5, 5],
    [5, 5],
  ]);
  expect(point.length).toBe(0);
  expect(nearbyOn(point, 0, 0, 100)).toEqual([]);
  expect(positionAt(point, 10)).toEqual({ lat: point.plane.lat, lon: point.plane.lon });
});
