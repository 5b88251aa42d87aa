import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cheapestWay } from './viterbi.ts';

const own = (candidate: number): number => candidate % 7;
const step = (from: number, to: number): number => Math.abs(from - to) / 10;

test('no layers, no picks; among equals the first', () => {
  expect(cheapestWay([], own, step)).toEqual([]);
  expect(
    cheapestWay(
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      () => 1,
      () => 1,
    ),
  ).toEqual(['a', 'c']);
});

test('a dear step makes a worse place the better choice', () => {
  const layers = [[100], [105, 900], [110]];
  expect(
    cheapestWay(
      layers,
      (at) => (at === 105 ? 4 : 0),
      (from, to) => (to < from ? 100 : 0),
    ),
  ).toEqual([100, 105, 110]);
});

test('no other way is cheaper', () => {
  const layer = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(layer, { minLength: 1, maxLength: 5 }), (layers) => {
      const cost = (way: readonly number[]): number =>
        way.reduce((sum, to, i) => sum + own(to) + (i > 0 ? step(way[i - 1] as number, to) : 0), 0);
      const all = layers.reduce<number[][]>(
        (ways, next) => ways.flatMap((way) => next.map((to) => [...way, to])),
        [[]],
      );
      expect(cost(cheapestWay(layers, own, step))).toBeCloseTo(Math.min(...all.map(cost)), 9);
    }),
  );
});
