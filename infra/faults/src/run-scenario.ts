import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '@giaolo/chassis/testing/simulator/random';
import { Children } from '@giaolo/local/children';
import type { Report } from '@giaolo/local/report';
import { isSafe, type Result, recoveryOf } from './result.ts';
import type { Form, Scenario, Servers } from './scenario.ts';

export interface RunOptions {
  readonly form: Form;
  readonly servers: Servers;
  /** Drawn when absent. */
  readonly seed?: number | undefined;
  readonly report?: Report;
  /** Folder that the result is written to, as JSON. */
  readonly out?: string | undefined;
}

/**
 * Runs one scenario with processes and a folder of its own, which are gone afterwards; the folder stays where something
 * went wrong. What it throws names the seed.
 */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Result> {
  const { form, servers, seed = randomInt(2 ** 31), report = () => {}, out } = options;
  const { name } = scenario;
  const children = new Children();
  const dir = mkdtempSync(join(tmpdir(), 'giaolo-fault-'));
  const ends: (() => unknown)[] = [];
  const started = performance.now();
  let keep = true;
  report(`${name}: seed ${seed}`);
  try {
    const { recoveryMs, ...outcome } = await scenario.run(form, {
      servers,
      children,
      dir,
      random: new Random(seed),
      report: (line) => report(`${name}: ${line}`),
      onEnd: (act) => ends.push(act),
    });
    const recovery = recoveryOf(recoveryMs);
    const tookMs = Math.round(performance.now() - started);
    const result: Result = { scenario: name, form, seed, tookMs, ...outcome, recovery, aim: scenario.recovery };
    if (out) write(out, result);
    keep = !isSafe(result);
    return result;
  } catch (error) {
    throw new Error(`${name} (seed ${seed}, ${form}): ${(error as Error).message}; what was said is in ${dir}`, {
      cause: error,
    });
  } finally {
    for (const end of ends.reverse()) await end();
    await children.endAll();
    if (!keep) rmSync(dir, { recursive: true, force: true });
  }
}

function write(out: string, result: Result): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `${result.scenario}.json`), `${JSON.stringify(result, null, 2)}\n`);
}
