import { expect, test } from '@jest/globals';
import { type Pacer, pace, type Speed } from './pace.ts';
import { ping } from './straight-line.ts';

/** A world in which time passes only by sleeping; the batches as [time, seconds of the recording...]. */
async function batches(seconds: number[], speed: Speed, rooms: number[] = []): Promise<number[][]> {
  let time = 5_000;
  const pacer: Pacer = {
    now: () => time,
    sleepUntil: async (until) => {
      time = Math.max(time, until);
    },
    room: async () => rooms.shift() ?? 1000,
  };
  const positions = seconds.map((second) => ping(second, 0));
  const out: number[][] = [];
  for await (const batch of pace(positions, speed, pacer))
    out.push([time, ...batch.map(({ at }) => (at - (positions[0]?.at ?? 0)) / 1000)]);
  return out;
}

test('as fast as it goes: full batches, as large as there is room', async () => {
  expect(await batches([0, 10, 20, 30], 'max')).toEqual([[5000, 0, 10, 20, 30]]);
  expect(await batches([0, 10, 20, 30], 'max', [1, 2])).toEqual([
    [5000, 0],
    [5000, 10, 20],
    [5000, 30],
  ]);
  const many = await batches(
    Array.from({ length: 250 }, (_, i) => i),
    'max',
  );
  expect(many.map((batch) => batch.length - 1)).toEqual([100, 100, 50]);
});

test('at a speed: each when it is due', async () => {
  expect(await batches([0, 0, 10, 30], 10)).toEqual([
    [5000, 0, 0],
    [6000, 10],
    [8000, 30],
  ]);
});

test('what was held up is sent late, not lost', async () => {
  expect(await batches([0, 10, 11], 1000, [1])).toEqual([
    [5000, 0],
    [5010, 10],
    [5011, 11],
  ]);
});

test('an empty recording is nothing', async () => {
  expect(await batches([], 'max')).toEqual([]);
});
