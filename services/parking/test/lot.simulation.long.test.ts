import { testManySeeds } from '@giaolo/chassis/testing/simulator/test-seeds';
import { lotPlan, lotScenario } from './lot-scenario.ts';

testManySeeds('whatever goes wrong, lots keep their promises', lotScenario(), lotPlan(10_000));
