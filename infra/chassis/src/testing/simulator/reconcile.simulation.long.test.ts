import { reconcilePlan, reconcileScenario } from './reconcile-scenario.ts';
import { testManySeeds } from './test-seeds.ts';

const name = 'whoever owns it, whatever is lost, the thing comes to do what was commanded last';
testManySeeds(name, reconcileScenario, reconcilePlan(10_000));
