import { expect, test } from '@jest/globals';
import { Tally } from './tally.ts';

/** One prediction: the seconds that were said to remain, and by how much the bus came later than that. */
const scored = (said: number, error: number) => {
  const tally = new Tally();
  tally.add(0, said * 1000, (said + error) * 1000);
  return tally.score();
};

test.each([
  [170, -60, 0],
  [170, -59.9, 100],
  [100, 59.9, 100],
  [100, 60, 0],
  [300, -90, 0],
  [300, 119.9, 100],
  [300, 120, 0],
  [600, 209.9, 100],
  [600, -150, 0],
  [1500, 359.9, 100],
  [1500, -240, 0],
])('MBTA: said to come in %d s, came %d s later: %d %%', (said, error, percent) => {
  expect(scored(said, error).all.mbta).toBe(percent);
});

test('MBTA bins go by what was said, the mean errors by what was', () => {
  const { horizons } = scored(300, -200);
  expect(horizons['0-3']).toMatchObject({ n: 1, mae: 200, bias: -200, predicted: 0, mbta: null });
  expect(horizons['3-6']).toMatchObject({ n: 0, mae: null, predicted: 1, mbta: 0 });
});

test('MBTA leaves out what is said to be more than half an hour away', () => {
  expect(scored(1900, -200).all).toMatchObject({ n: 1, predicted: 0, mbta: null });
});

test('the ETA benchmark is the mean of its four bins, by what was, bounds included', () => {
  const tally = new Tally();
  const add = (ahead: number, error: number) => tally.add(0, (ahead - error) * 1000, ahead * 1000);
  add(100, -30);
  add(100, 90);
  add(100, 91);
  add(200, -61);
  add(500, 210);
  expect(tally.score().benchmark).toBeNull();
  add(700, -90);
  add(700, 270);
  add(1000, 0);
  expect(tally.score().benchmark).toBeCloseTo((200 / 3 + 0 + 100 + 100) / 4, 9);
});

test('unrealised predictions are misses of the bin that was said', () => {
  const tally = new Tally();
  tally.add(0, 100_000, 100_000);
  tally.addUnrealised(0, 150_000, 210_000);
  tally.addUnrealised(0, 150_000, 209_000);
  tally.addUnrealised(0, 1_900_000, 9_000_000);
  expect(tally.score().horizons['0-3']).toMatchObject({ n: 1, mbta: 100, unrealised: 1, mbtaWithUnrealised: 50 });
});
