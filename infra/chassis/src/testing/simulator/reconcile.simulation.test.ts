import { reconcilePlan, reconcileScenario } from './reconcile-scenario.ts';
import { testSeeds } from './test-seeds.ts';

testSeeds('whoever owns it, whatever is lost, the thing comes to do what was commanded last', reconcileScenario, {
  ...reconcilePlan(10_000),
  seeds: 1_000,
});
