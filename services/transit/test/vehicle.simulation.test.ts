import { firstFailure, play } from '@giaolo/chassis/testing/simulator/play';
import { testSeeds } from '@giaolo/chassis/testing/simulator/test-seeds';
import { expect, test } from '@jest/globals';
import { advance } from '../src/vehicle/advance.ts';
import { followedCity } from './city.ts';
import { vehiclePlan, vehicleScenario, type Worse } from './vehicle-scenario.ts';

const by = await followedCity();

testSeeds('whatever goes wrong, vehicles are followed as if nothing had', vehicleScenario(by), {
  ...vehiclePlan(10_000),
  seeds: 1_000,
});

test('the same seed is the same run, whatever was played before it', () => {
  const traces = [4, 5, 4].map((seed) => play(vehicleScenario(by), vehiclePlan(5_000), seed).trace);
  expect(traces[2]).toBe(traces[0]);
  expect(traces[1]).not.toBe(traces[0]);
});

test.each<[string, Worse]>([
  [
    'a member that stood still and puts back what others have gone on from',
    { keep: (_, saved) => JSON.stringify(saved) },
  ],
  [
    'a vehicle whose past is forgotten now and then',
    { advance: (state, report, ...rest) => advance(report.at % 50_000 === 0 ? undefined : state, report, ...rest) },
  ],
  [
    'a report that is taken a second time',
    { advance: (state, report, ...rest) => advance(state && { ...state, at: state.at - 1 }, report, ...rest) },
  ],
])('%s is found out', (_, worse) => {
  expect(firstFailure(vehicleScenario(by, worse), vehiclePlan(10_000), 20)).toMatch(/^seed \d+, event \d+: feeds/);
});
