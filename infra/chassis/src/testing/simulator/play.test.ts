import { expect, test } from '@jest/globals';
import { send } from './network.ts';
import { type Plan, play, type Scenario } from './play.ts';
import { Process } from './process.ts';
import { Simulation, Violation } from './simulation.ts';

const plan: Plan = { events: 500, parts: 2, quietMs: 60_000 };

/** Somebody greets a process, which counts. */
const greeting =
  (onGreeted: (count: number) => void = () => {}, delayMs = (): number => 10): Scenario =>
  (simulation) => {
    const process = new Process(simulation, 'the host');
    let count = 0;
    const greet = (): void => {
      if (simulation.isQuiet) return;
      send(simulation, () =>
        process.take(() => {
          if (simulation.story) simulation.tell(`greeting ${++count}`);
          else count++;
          onGreeted(count);
        }),
      );
      simulation.after(delayMs(), greet);
    };
    greet();
    simulation.onResume(greet);
    return () => simulation.demand(process.isUp, () => 'the host is not there');
  };

test('the same seed is the same run, and another seed another', () => {
  const traces = [1, 2, 3, 2].map((seed) => play(greeting(), plan, seed).trace);
  expect(traces[3]).toBe(traces[1]);
  expect(new Set(traces).size).toBe(3);
});

test('what fails says which seed it was and tells what happened before', () => {
  const scenario = greeting((count) => {
    if (count === 20) throw new Violation('one too many');
  });
  expect(() => play(scenario, plan, 5)).toThrow(
    /^seed 5, event \d+: one too many\n\n(.*\n)*.*greeting 19\n.*greeting 20\n$/,
  );
});

test('what hangs on more than the seed is found out', () => {
  let runs = 0;
  const failingOnce: Scenario = (simulation) => {
    const isFirst = ++runs === 1;
    greeting()(simulation);
    return () => simulation.demand(!isFirst, () => 'only the first time');
  };
  expect(() => play(failingOnce, plan, 5)).toThrow('seed 5 does not follow from its seed alone');
});

test('every fault comes to pass in some seed, and in others not', () => {
  const words = ['is killed', 'starts again', 'stands still', 'the clock of'];
  const counts = words.map(() => 0);
  for (let seed = 1; seed <= 50; seed++) {
    const simulation = new Simulation(seed, { told: true });
    greeting()(simulation);
    simulation.run(2_000);
    for (const [i, word] of words.entries())
      if (simulation.story?.some((line) => line.includes(word))) counts[i] = (counts[i] as number) + 1;
  }
  for (const count of counts) {
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(50);
  }
});
