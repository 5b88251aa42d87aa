import { testManySeeds } from '@giaolo/chassis/testing/simulator/test-seeds';
import { followedCity } from './city.ts';
import { vehiclePlan, vehicleScenario } from './vehicle-scenario.ts';

const scenario = vehicleScenario(await followedCity());

testManySeeds('whatever goes wrong, vehicles are followed as if nothing had', scenario, vehiclePlan(10_000));
