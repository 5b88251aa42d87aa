import { expect, test } from '@jest/globals';
import { Random } from './random.ts';

const draws = (seed: number, count: number, end: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.below(end));
};

test('the same seed draws the same, and neighbours draw something else', () => {
  expect(draws(7, 100, 1_000)).toEqual(draws(7, 100, 1_000));
  const firsts = Array.from({ length: 1_000 }, (_, seed) => draws(seed, 1, 1_000_000)[0]);
  expect(new Set(firsts).size).toBeGreaterThan(990);
});

test('all numbers come about equally often, also as the first of many seeds', () => {
  const counts = (numbers: number[]) =>
    numbers.reduce((sum, n) => sum.with(n, (sum[n] as number) + 1), Array(10).fill(0));
  const ofOne = counts(draws(1, 10_000, 10));
  const ofMany = counts(Array.from({ length: 10_000 }, (_, seed) => draws(seed, 1, 10)[0] as number));
  for (const count of [...ofOne, ...ofMany]) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test('bounds are kept, and both ends of a range come', () => {
  const random = new Random(3);
  const drawn = new Set(Array.from({ length: 1_000 }, () => random.between(-2, 2)));
  expect([...drawn].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  expect([0, 1].map((probability) => random.chance(probability))).toEqual([false, true]);
});
