import { Simulation, type SimulationOptions } from './simulation.ts';

/** Sets the scene; what it returns checks what must hold whenever all has become quiet. It throws Violations meanwhile. */
export type Scenario = (simulation: Simulation) => () => void;

export interface Plan extends Omit<SimulationOptions, 'told'> {
  /** Events of each seed, while things go wrong. */
  readonly events: number;
  /** In so many parts; after each, all that was begun may come to its end, and is checked. */
  readonly parts: number;
  /** How long that takes. */
  readonly quietMs: number;
}

const LAST_LINES = 60;

/** One seed from its start to its end. Whatever it throws says which seed it was, and tells what happened before. */
export function play(scenario: Scenario, plan: Plan, seed: number): Simulation {
  const simulation = new Simulation(seed, plan);
  try {
    playOut(scenario, plan, simulation);
  } catch (error) {
    throw failureAgain(scenario, plan, simulation, error);
  }
  return simulation;
}

/** What the first seed that fails says, of so many; undefined when all pass. For tests of what a scenario finds. */
export function firstFailure(scenario: Scenario, plan: Plan, seeds: number): string | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      play(scenario, plan, seed);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}

function failureAgain(scenario: Scenario, plan: Plan, failed: Simulation, cause: unknown): Error {
  const told = new Simulation(failed.seed, { ...plan, told: true });
  try {
    playOut(scenario, plan, told);
  } catch (again) {
    if (told.trace === failed.trace) return failureOf(told, again);
  }
  return new Error(`seed ${failed.seed} does not follow from its seed alone`, { cause });
}

function playOut(scenario: Scenario, { events, parts, quietMs }: Plan, simulation: Simulation): void {
  const checkSettled = scenario(simulation);
  for (let part = 1; part <= parts; part++) {
    if (part > 1) simulation.resume();
    simulation.run(Math.ceil(events / parts));
    simulation.settle(quietMs);
    checkSettled();
  }
}

function failureOf(simulation: Simulation, cause: unknown): Error {
  const what = cause instanceof Error ? cause.message : String(cause);
  const story = simulation.story?.slice(-LAST_LINES).join('\n');
  return new Error(`seed ${simulation.seed}, event ${simulation.handled}: ${what}\n\n${story}\n`, { cause });
}
