import { testManySeeds } from '@giaolo/chassis/testing/simulator/test-seeds';
import { chainPlan, chainScenario } from './chain-scenario.ts';

testManySeeds('whatever goes wrong, every act is chained once and in order', chainScenario(), chainPlan(10_000));
