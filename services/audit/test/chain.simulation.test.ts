import { firstFailure, play } from '@giaolo/chassis/testing/simulator/play';
import { testSeeds } from '@giaolo/chassis/testing/simulator/test-seeds';
import { expect, test } from '@jest/globals';
import { chainActs } from '../src/chain/chain-acts.ts';
import { chainPlan, chainScenario } from './chain-scenario.ts';

testSeeds('whatever goes wrong, every act is chained once and in order', chainScenario(), {
  ...chainPlan(10_000),
  // Each act is hashed: ten seconds for a hundred.
  seeds: 100,
});

test('the same seed is the same run, whatever was played before it', () => {
  const traces = [4, 5, 4].map((seed) => play(chainScenario(), chainPlan(3_000), seed).trace);
  expect(traces[2]).toBe(traces[0]);
  expect(traces[1]).not.toBe(traces[0]);
});

test('a chain that knows no repeats is found out', () => {
  const forgetful: typeof chainActs = (chain, command, now) =>
    chainActs(chain.unit === undefined ? chain : { ...chain, offsets: {}, 'recent:0': [] }, command, now);
  expect(firstFailure(chainScenario({ chainActs: forgetful }), chainPlan(10_000), 20)).toContain('are chained');
});
