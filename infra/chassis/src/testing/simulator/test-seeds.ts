import { relative } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Plan, play, type Scenario } from './play.ts';

const PROGRESS_MS = 30_000;
const LONGEST_MS = 6 * 3_600_000;

interface Seeds extends Plan {
  readonly seeds: number;
}

/**
 * A test that plays a scenario with the seeds 1, 2, 3 ... A seed that fails says how it is played again alone.
 *
 * GIAOLO_SIM_SEED plays only that seed. For long tests: GIAOLO_SIM_SEEDS says how many, GIAOLO_SIM_SHARD=2/8 takes the
 * second of eight equal shares of them, and GIAOLO_SIM_MINUTES begins no new seed after so long.
 */
export function testSeeds(name: string, scenario: Scenario, { seeds, ...plan }: Seeds): void {
  const only = process.env['GIAOLO_SIM_SEED'];
  const title = only ? `${name} (seed ${only})` : `${name} (${seeds} seeds of ${plan.events} events)`;
  const list = only ? [Number(only)] : Array.from({ length: seeds }, (_, i) => i + 1);
  test(title, () => playAll(name, scenario, plan, list, Number.POSITIVE_INFINITY), LONGEST_MS);
}

/** The same with many seeds, as the environment says; prints how far it has come. */
export function testManySeeds(name: string, scenario: Scenario, plan: Plan): void {
  const env = process.env;
  if (env['GIAOLO_SIM_SEED']) {
    testSeeds(name, scenario, { ...plan, seeds: 1 });
    return;
  }
  const seeds = numberFrom('GIAOLO_SIM_SEEDS', 100_000);
  const minutes = numberFrom('GIAOLO_SIM_MINUTES', Number.POSITIVE_INFINITY);
  const [part = 1, parts = 1] = (env['GIAOLO_SIM_SHARD'] ?? '1/1').split('/').map(Number);
  const list = Array.from({ length: seeds }, (_, i) => i + 1).filter((seed) => seed % parts === part % parts);
  test(
    `${name} (${list.length} seeds of ${plan.events} events)`,
    async () => {
      const done = await playAll(name, scenario, plan, list, minutes * 60_000);
      process.stdout.write(`${name}: ${done} of ${list.length} seeds played, all right\n`);
    },
    LONGEST_MS,
  );
}

/** Returns how many seeds were played. */
async function playAll(name: string, scenario: Scenario, plan: Plan, seeds: readonly number[], forMs: number) {
  const started = performance.now();
  let told = started;
  for (const [done, seed] of seeds.entries()) {
    const now = performance.now();
    if (now - started > forMs) return done;
    if (now - told > PROGRESS_MS) {
      told = now;
      process.stdout.write(`${name}: ${done} of ${seeds.length} seeds\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    try {
      play(scenario, plan, seed);
    } catch (error) {
      (error as Error).message += `\nagain: ${replayLine(seed)}`;
      throw error;
    }
  }
  return seeds.length;
}

function replayLine(seed: number): string {
  const file = relative(process.cwd(), expect.getState().testPath ?? '').replace('.long.test.ts', '.test.ts');
  return `GIAOLO_SIM_SEED=${seed} scripts/test ${file}`;
}

function numberFrom(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined) return fallback;
  if (!(Number(text) > 0)) throw new Error(`${name}=${text}: a number above 0 is needed`);
  return Number(text);
}
