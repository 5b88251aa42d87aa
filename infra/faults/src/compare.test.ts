import { expect, test } from '@jest/globals';
import { compare } from './compare.ts';
import type { LogRecord } from './topic-log.ts';

const event = (sequence: number, count = sequence): LogRecord => ({
  partition: 0,
  offset: 0,
  key: 'tallies/a',
  value: Buffer.from(JSON.stringify({ count })),
  headers: { ce_id: `tallies/a@${sequence}`, ce_sequence: String(sequence) },
});
const told = (...counts: number[]) => new Map([['a', counts]]);
const state = (count: number) => new Map([['a', count]]);

test('answers, events and state that agree are no news, also when an event came twice', () => {
  expect(compare(told(2, 1), [event(1), event(2), event(1)], state(2))).toEqual({
    lost: 0,
    duplicated: 1,
    broken: [],
  });
});

test('an acknowledged count that has no event or is beyond the state is lost', () => {
  expect(compare(told(1, 2), [event(1)], state(2)).lost).toBe(1);
  expect(compare(told(1, 2), [event(1), event(2)], state(1)).lost).toBe(1);
});

test.each([
  ['answered the same count', told(1, 1), [event(1)], state(1)],
  ['counted more often than asked', told(1), [event(1), event(2)], state(2)],
  ['out of order', told(1, 2), [event(2), event(1)], state(2)],
  ['one id for two contents', told(1), [event(1), event(1, 7)], state(1)],
])('%s is broken', (what, answers, events, states) => {
  expect(compare(answers, events, states).broken.join()).toContain(what);
});
