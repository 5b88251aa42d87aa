import { type Counted, count, type Tally, tallySpec } from '../counter-aggregate.ts';
import type { Scenario } from './play.ts';
import { ServiceModel } from './service.ts';
import { Violation } from './simulation.ts';
import { testSeeds } from './test-seeds.ts';

const NAMES = Array.from({ length: 12 }, (_, i) => `tallies/${i}`);

/** Aggregates of which each is seldom heard: what a relay leaves at the end of the topic stays there. */
const scenario: Scenario = (simulation) => {
  const { random } = simulation;
  const service = new ServiceModel<Tally, Counted>(simulation, {
    aggregate: { evolve: tallySpec.evolve, nextDeadline: () => undefined },
    onDue: () => undefined,
    onCommitted: () => {},
    roundMs: 1_000,
  });
  let asked = 0;
  const next = (): void => {
    if (simulation.isQuiet) return;
    service.ask({
      name: random.pick(NAMES),
      method: 'Count',
      requestKey: `r${++asked}`,
      command: { by: 1 },
      decide: count,
      answer: () => null,
    });
    simulation.after(random.between(1, 2_000), next);
  };
  next();
  simulation.onResume(next);
  return () => {
    service.checkSettled();
    const [overtaken] = service.log.overtaken();
    if (overtaken) throw new Violation(`compaction would lose ${overtaken.key}@${overtaken.sequence}`);
  };
};

// Not promised where an old request outlives its connection (late), where its sender never hears of it (drop), or where
// nobody lives to mend what came late (crash).
testSeeds('a relay that stood still leaves the newest of each key at the end of the topic', scenario, {
  seeds: 100,
  events: 5_000,
  parts: 20,
  quietMs: 5 * 60_000,
  faults: { freeze: 0.02, late: 0, drop: 0, crash: 0 },
});
