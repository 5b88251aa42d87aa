import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isInTime, isSafe, type Result } from '@giaolo/faults/result';
import { runScenario } from '@giaolo/faults/run-scenario';
import type { Servers } from '@giaolo/faults/scenario';
import { scenarios } from '@giaolo/faults/scenarios';
import { table } from '@giaolo/faults/table';
import { givenBrokers, openBrokers } from '@giaolo/local/brokers';
import { type Context, command } from '@giaolo/local/command';
import { freePorts } from '@giaolo/local/ports';
import { type Report, reporter } from '@giaolo/local/report';
import { explain, Trouble } from '@giaolo/local/trouble';

const usage = `scripts/faults [--long] [--seed N] [--out DIR] [NAME...]
scripts/faults --list

Puts the platform through each fault, or those named, and prints what was lost, what came twice and how long it took to
go on. Ends with 1 when something was lost or doubled, or a fault could not be tried.
  --long     the numbers that are promised, not the short ones of scripts/test
  --seed N   draws the same moments and places again
  --out DIR  writes each result there, as JSON
It starts its own Kafka and Redis (or uses KAFKA_BROKERS, REDIS_URL, REDIS_LIVE_URL) and ends them.
`;

function readArguments() {
  const options = {
    long: { type: 'boolean' },
    seed: { type: 'string' },
    out: { type: 'string' },
    list: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.find((name) => !scenarios.some((scenario) => scenario.name === name));
    if (unknown) throw new Error(`there is no fault "${unknown}"`);
    if (values.seed !== undefined && !/^\d{1,10}$/.test(values.seed)) throw new Error('--seed takes a whole number');
    const wanted = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    return { ...values, wanted };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/faults --list names what there is`);
  }
}

/** Runs them one after the other; what could not be run is told beside. */
async function runAll({ wanted, long, seed, out }: ReturnType<typeof readArguments>, servers: Servers, report: Report) {
  const results: Result[] = [];
  const notRun: Record<string, string> = {};
  const form = long ? 'long' : 'short';
  for (const scenario of wanted) {
    const missing = scenario.missing?.();
    if (missing) {
      notRun[scenario.name] = missing;
      continue;
    }
    try {
      const options = { form, servers, seed: seed === undefined ? undefined : Number(seed), report, out } as const;
      const result = await runScenario(scenario, options);
      results.push(result);
      const verdict = isSafe(result) ? (isInTime(result) ? 'safe' : 'safe, but too slow') : 'BROKEN';
      report(`${scenario.name}: ${verdict}, ${(result.tookMs / 1_000).toFixed(0)} s`);
      for (const line of [...result.broken, ...result.notes]) report(`${scenario.name}: ${line}`);
    } catch (error) {
      notRun[scenario.name] = explain((error as Error).cause ?? error).split('\n')[0] as string;
      report(explain(error));
    }
  }
  return { results, notRun };
}

async function main({ children, atEnd }: Context): Promise<number> {
  const read = readArguments();
  if (read.help || read.list) {
    process.stdout.write(
      read.help ? usage : `${read.wanted.map(({ name, about }) => `${name.padEnd(18)} ${about}`).join('\n')}\n`,
    );
    return 0;
  }
  const report = reporter();
  const dir = mkdtempSync(join(tmpdir(), 'giaolo-faults-'));
  atEnd(() => rmSync(dir, { recursive: true, force: true }));
  const place = { dir, logs: join(dir, 'logs'), ports: await freePorts() };
  const { kafka, redis, redisLive } = await openBrokers(place, givenBrokers(), children, report);
  const { results, notRun } = await runAll(read, { kafka: kafka.split(','), redis, redisLive }, report);
  process.stdout.write(`\n${table(results, notRun)}`);
  return results.every(isSafe) && Object.keys(notRun).length === 0 ? 0 : 1;
}

await command('scripts/faults', 130, main);
