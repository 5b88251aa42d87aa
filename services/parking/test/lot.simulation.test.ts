import { accept } from '@giaolo/chassis/decide';
import { DecisionStoreModel } from '@giaolo/chassis/testing/simulator/decision-store';
import { firstFailure, play } from '@giaolo/chassis/testing/simulator/play';
import { testSeeds } from '@giaolo/chassis/testing/simulator/test-seeds';
import { expect, test } from '@jest/globals';
import { evolve, type Lot, type LotEvent } from '../src/lot/lot.ts';
import { type ReserveSpace, reserveSpace } from '../src/lot/reserve-space.ts';
import { lotPlan, lotScenario, type Worse } from './lot-scenario.ts';

testSeeds('whatever goes wrong, lots keep their promises', lotScenario(), { ...lotPlan(10_000), seeds: 1_000 });

test('the same seed is the same run, whatever was played before it', () => {
  const traces = [4, 5, 4].map((seed) => play(lotScenario(), lotPlan(5_000), seed).trace);
  expect(traces[2]).toBe(traces[0]);
  expect(traces[1]).not.toBe(traces[0]);
});

const found = (worse: Worse) => firstFailure(lotScenario(worse), lotPlan(10_000), 20);

/** Takes what is held for free. */
const overselling: typeof reserveSpace = (lot, ask, now) =>
  reserveSpace(lot.status === undefined ? lot : { ...lot, held: 0 }, ask, now);

class StoreWithoutRequests extends DecisionStoreModel<Lot, LotEvent> {
  protected override answersTo(): undefined {
    return undefined;
  }
}

test.each<[string, Worse, string]>([
  ['sells what is held', { reserveSpace: overselling }, 'oversold'],
  [
    'keeps holds a moment too long',
    { reserveSpace: (lot: Lot, ask: ReserveSpace, now: number) => reserveSpace(lot, ask, now - 1) },
    'seed',
  ],
  ['never ends a hold', { expireHolds: () => accept() }, 'nobody has seen to'],
  [
    'does not count',
    {
      evolve: (lot, event) =>
        event.type === 'ReservationCancelled' ? { ...evolve(lot, event), held: 0 } : evolve(lot, event),
    },
    'the counters',
  ],
])('a lot that %s is found out', (_, worse, why) => {
  expect(found(worse)).toContain(why);
});

test.each<[string, Worse, string]>([
  [
    'a store that forgets request ids',
    { openStore: (simulation) => (onCommitted) => new StoreWithoutRequests(simulation, onCommitted) },
    'had its effect twice',
  ],
  [
    'a store that takes the time of replicas',
    { openStore: (simulation) => (onCommitted) => new DecisionStoreModel(simulation, onCommitted, Infinity) },
    'seed',
  ],
  [
    'a view that shows whatever comes last',
    { makeGate: () => ({ isNew: () => true, passed: () => {} }) },
    'reader shows',
  ],
])('%s is found out', (_, worse, why) => {
  expect(found(worse)).toContain(why);
});
