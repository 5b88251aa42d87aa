import { expect, test } from '@jest/globals';
import { Motion } from './motion.ts';

const north = (metres: number): [number, number] => [107, 10 + metres / 111_195];
const latitudes = (motion: Motion, ...wallAts: number[]) =>
  wallAts.map((wallAt) => Math.round(((motion.pose('a', wallAt)?.at[1] ?? Number.NaN) - 10) * 111_195));

test('a marker glides over the time between reports', () => {
  const motion = new Motion();
  motion.observe('a', north(0), undefined, 0);
  expect(motion.moving(0)).toBe(false);
  motion.observe('a', north(100), undefined, 1_000);
  expect(latitudes(motion, 1_000, 1_500, 2_000, 9_000)).toEqual([0, 50, 100, 100]);
  expect([motion.moving(1_500), motion.moving(2_000)]).toEqual([true, false]);
});

test('a report on the way goes on from where the marker is', () => {
  const motion = new Motion();
  motion.observe('a', north(0), undefined, 0);
  motion.observe('a', north(100), undefined, 1_000);
  motion.observe('a', north(200), undefined, 1_500);
  expect(latitudes(motion, 1_500, 2_000)).toEqual([50, 200]);
});

test('seldom reported markers are where they are known to be after 1.5 s', () => {
  const motion = new Motion();
  motion.observe('a', north(0), undefined, 0);
  motion.observe('a', north(300), undefined, 30_000);
  expect(latitudes(motion, 31_500)).toEqual([300]);
});

test('leaps are not driven, and nothing glides for those who ask for less motion', () => {
  const motion = new Motion();
  motion.observe('a', north(0), undefined, 0);
  motion.observe('a', north(5_000), undefined, 1_000);
  expect(latitudes(motion, 1_000)).toEqual([5_000]);
  motion.still = true;
  motion.observe('a', north(5_100), undefined, 2_000);
  expect(latitudes(motion, 2_000)).toEqual([5_100]);
  expect(motion.moving(2_000)).toBe(false);
});

test('the bearing is that reported, else the course, else the last one', () => {
  const motion = new Motion();
  motion.observe('a', north(0), undefined, 0);
  expect(motion.pose('a', 0)?.bearing).toBeUndefined();
  motion.observe('a', north(50), undefined, 1_000);
  expect(motion.pose('a', 9_000)?.bearing).toBeCloseTo(0);
  motion.observe('a', north(51), undefined, 10_000);
  expect(motion.pose('a', 19_000)?.bearing).toBeCloseTo(0);
  motion.observe('a', north(60), 350, 20_000);
  expect(motion.pose('a', 29_000)?.bearing).toBe(350);
});

test('a marker turns the shorter way round', () => {
  const motion = new Motion();
  motion.observe('a', north(0), 350, 0);
  motion.observe('a', north(10), 20, 1_200);
  expect(motion.pose('a', 1_400)?.bearing).toBeCloseTo(5);
});
