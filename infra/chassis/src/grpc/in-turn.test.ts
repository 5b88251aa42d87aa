import { expect, test } from '@jest/globals';
import { inTurn } from './in-turn.ts';

async function* numbers(count: number, taken: number[] = []) {
  for (let i = 0; i < count; i++) {
    taken.push(i);
    yield i;
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('answers come in the order of the requests, whichever is done first', async () => {
  const answers: number[] = [];
  const slowFirst = async (i: number) => {
    for (let turns = 0; turns < 10 - i; turns++) await turn();
    return i;
  };
  for await (const answer of inTurn(numbers(10), 4, slowFirst)) answers.push(answer);
  expect(answers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('no more are worked on at once than allowed, and none are taken while answers wait to be read', async () => {
  const taken: number[] = [];
  let working = 0;
  let most = 0;
  const answers = inTurn(numbers(100, taken), 3, async (i) => {
    most = Math.max(most, ++working);
    await turn();
    working--;
    return i;
  });
  expect((await answers.next()).value).toBe(0);
  for (let turns = 0; turns < 20; turns++) await turn();
  expect(taken.length).toBeLessThanOrEqual(5);
  expect(most).toBeLessThanOrEqual(3);
  await answers.return();
});

test('a fault ends the answers at its turn', async () => {
  const answers: number[] = [];
  const failing = async (i: number) => {
    if (i === 2) throw new Error('no');
    await turn();
    return i;
  };
  const reading = (async () => {
    for await (const answer of inTurn(numbers(5), 5, failing)) answers.push(answer);
  })();
  await expect(reading).rejects.toThrow('no');
  expect(answers).toEqual([0, 1]);
});
