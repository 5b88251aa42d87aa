import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readResults, table } from '@giaolo/faults/table';
import { givenBrokers, openBrokers } from '@giaolo/local/brokers';
import { ensureChromium } from '@giaolo/local/chromium';
import { isStarter } from '@giaolo/local/claim';
import { type Context, command } from '@giaolo/local/command';
import { stateDir } from '@giaolo/local/places';
import { freePorts } from '@giaolo/local/ports';
import { reporter } from '@giaolo/local/report';
import { requireSpace, Trouble } from '@giaolo/local/trouble';
import { runJest } from './gate/jest.ts';
import { gate, page, runSteps } from './gate/steps.ts';

const usage = `scripts/test [--long] [pattern...]

Passes every check and test on real Kafka and Redis, which it starts on free ports and ends. The last line says
"N passed, N failed".
  --long     also the tests that take long (*.long.test.ts): the faults in the numbers that are promised
  pattern    only tests whose path matches, such as services/parking, and none of the other checks
KAFKA_BROKERS, REDIS_URL, REDIS_LIVE_URL name servers that run already; GIAOLO_CHROMIUM the browser.
`;

const options = { long: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    return { ...values, patterns: positionals };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/test --help says what it takes`);
  }
}

const LEAST_MEGABYTES = 1_000;

/** For what this run writes; those of runs that have ended are removed. */
function makeFolder(runs: string): string {
  mkdirSync(runs, { recursive: true });
  for (const run of readdirSync(runs)) if (!isStarter(Number(run))) rmSync(join(runs, run), { recursive: true });
  const own = join(runs, String(process.pid));
  mkdirSync(own, { recursive: true });
  return own;
}

async function main({ children, atEnd }: Context): Promise<number> {
  const { long = false, help, patterns } = readArguments();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const report = reporter();
  const logs = makeFolder(join(stateDir, 'test'));
  requireSpace(logs, LEAST_MEGABYTES, 'the test run');
  const dir = join(logs, 'state');
  atEnd(() => rmSync(dir, { recursive: true, force: true }));

  const chromium = await ensureChromium(children, join(logs, 'apt-get.log'), report);
  const brokers = await openBrokers({ dir, logs, ports: await freePorts() }, givenBrokers(), children, report);
  report(`Kafka and Redis answer (${brokers.kafka}, ${brokers.redis}, ${brokers.redisLive})`);

  const steps = patterns.length > 0 ? [] : gate();
  const failedSteps = await runSteps(steps, children, report);
  if (patterns.length > 0) await runSteps([page], children, report);
  const faults = join(logs, 'faults');
  const tests = await runJest(children, {
    patterns,
    output: join(logs, 'jest.json'),
    env: {
      KAFKA_BROKERS: brokers.kafka,
      REDIS_URL: brokers.redis,
      REDIS_LIVE_URL: brokers.redisLive,
      ...(chromium && { GIAOLO_CHROMIUM: chromium }),
      GIAOLO_FAULTS_OUT: faults,
      ...(long && { GIAOLO_LONG: '1' }),
    },
  });

  const failures = [...failedSteps, ...tests.failed];
  const passed = steps.length - failedSteps.length + tests.passed;
  process.stdout.write(existsSync(faults) ? `\n${table(readResults(faults))}\n` : '\n');
  for (const name of tests.skipped) process.stdout.write(`skipped  ${name}\n`);
  for (const name of failures) process.stdout.write(`FAILED   ${name}\n`);
  const ran = tests.passed + tests.failed.length > 0;
  if (!ran) process.stdout.write('no test ran\n');
  report('done');
  const skipped = tests.skipped.length > 0 ? `, ${tests.skipped.length} skipped` : '';
  process.stdout.write(`${passed} passed, ${failures.length} failed${skipped}\n`);
  return ran && failures.length === 0 ? 0 : 1;
}

await command('scripts/test', 130, main);
