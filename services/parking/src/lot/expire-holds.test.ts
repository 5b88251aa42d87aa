import { applyPatch, fold } from '@giaolo/chassis/decide';
import { specFor } from '@giaolo/chassis/testing/spec';
import { expect, test } from '@jest/globals';
import { closed, expired, min, opened, reserved } from '../../test/builders.ts';
import { expireHolds } from './expire-holds.ts';
import { evolve, type KnownLot, type Lot, type LotEvent, nextDeadline } from './lot.ts';

const lot = specFor(evolve);

test('ends what is due, and only that', () => {
  lot(opened(3), reserved('a', min(1)), reserved('b', min(2)))
    .when(expireHolds, null, min(1))
    .then(expired('a', min(2)));
});

test('nothing is due: nothing happens', () => {
  lot(opened(3), reserved('a', min(2)))
    .when(expireHolds, null, min(1))
    .then();
  lot().when(expireHolds, null, min(1)).then();
});

test('holds of a closed lot run out too', () => {
  lot(opened(3), reserved('a', min(1)), closed)
    .when(expireHolds, null, min(1))
    .then(expired('a'));
});

test('the deadline is the earliest end', () => {
  const deadlineOf = (...history: LotEvent[]) => nextDeadline(fold(evolve, history));
  expect(deadlineOf()).toBeUndefined();
  expect(deadlineOf(opened(3))).toBeUndefined();
  expect(deadlineOf(opened(3), reserved('a', min(2)), reserved('b', min(1)))).toBe(min(1));
  expect(deadlineOf(opened(3), reserved('a', min(2)), expired('a'))).toBeUndefined();
});

test('many holds end over several decisions, and the deadline stays due until all have', () => {
  const state = fold<Lot, LotEvent>(evolve, [
    opened(5000),
    ...Array.from({ length: 1200 }, (_, i) => reserved(`r${i}`, min(1))),
  ]);
  const sizes: number[] = [];
  while ((nextDeadline(state) ?? Infinity) <= min(1)) {
    const decision = expireHolds(state, null, min(1));
    const events = decision.accepted ? decision.events : [];
    for (const event of events) applyPatch(state, evolve(state, event));
    sizes.push(events.length);
  }
  expect(sizes).toEqual([500, 500, 200]);
  expect((state as KnownLot).held).toBe(0);
});
