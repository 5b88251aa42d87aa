import { expect, test } from '@jest/globals';
import { PageClock } from './page-clock.ts';

const heard = (kind: PageClock['kind'], ...samples: [now: number, wallAt: number][]): PageClock => {
  const clock = new PageClock();
  clock.kind = kind;
  for (const [now, wallAt] of samples) clock.heard(now, wallAt);
  return clock;
};

test('knows nothing before the first message', () => expect(heard('wall').now(5)).toBeUndefined());

test('a wall clock goes on between messages', () => expect(heard('wall', [1_000, 0]).now(400)).toBe(1_400));

test('a recording stands still between messages', () => expect(heard('recording', [1_000, 0]).now(9_000)).toBe(1_000));

test('a rated clock goes on at the rate that was heard', () => {
  const clock = heard('rate', [0, 0], [20_000, 1_000], [60_000, 3_000]);
  expect(clock.rate()).toBe(20);
  expect(clock.now(3_500)).toBe(70_000);
});

test('the rate is measured over the last 15 s', () => {
  const slowThenFast = heard('recording', [0, 0], [1_000, 10_000], [1_000, 20_000], [61_000, 30_000]);
  expect(slowThenFast.rate()).toBe(6);
});

test.each([
  [1.2, 1],
  [9.6, 10],
  [22, 20],
  [118, 120],
])('a rate of %d is read as %d', (rate, read) => {
  expect(heard('rate', [0, 0], [rate * 10_000, 10_000]).roundRate()).toBe(read);
});

test('a clock that was set back starts anew', () => {
  const clock = heard('rate', [0, 0], [90_000, 3_000], [10_000, 4_000]);
  expect(clock.rate()).toBeUndefined();
  expect(clock.now(4_100)).toBe(10_100);
});
