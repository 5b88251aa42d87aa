import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { givenBrokers, openBrokers } from '@giaolo/local/brokers';
import { type Context, command } from '@giaolo/local/command';
import { freePorts } from '@giaolo/local/ports';
import { reporter } from '@giaolo/local/report';
import { Trouble } from '@giaolo/local/trouble';
import { audit } from './benches/audit.ts';
import type { Bench, Row } from './benches/bench.ts';
import { decisions } from './benches/decisions.ts';
import { events } from './benches/events.ts';
import { latency } from './benches/latency.ts';
import { unary } from './benches/unary.ts';

const benches: readonly Bench[] = [events, decisions, unary, latency, audit];

const usage = `scripts/bench [NAME...] [--json FILE]
scripts/bench --list

Measures each figure beside its baseline in the same run, in turn, and prints the median of the ratios.
It starts its own Kafka and Redis (or uses KAFKA_BROKERS, REDIS_URL) and ends them.
`;

function readArguments() {
  const options = {
    json: { type: 'string' },
    list: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.find((name) => !benches.some((bench) => bench.name === name));
    if (unknown) throw new Error(`there is no bench "${unknown}"`);
    const wanted = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    return { ...values, wanted };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/bench --list names what there is`);
  }
}

const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);

function table(rows: readonly Row[]): string {
  const head = ['bench', 'metric', 'Giaolo', 'baseline', '', 'ratio', 'n'];
  const lines = rows.map(({ bench, metric, value, unit, baseline, baselineValue, ratio, n }) => [
    bench,
    metric,
    `${figure(value)} ${unit}`,
    `${figure(baselineValue)} ${unit}`,
    baseline,
    ratio.toFixed(2),
    n.toLocaleString('en-US'),
  ]);
  const cells = [head, head.map(() => '---'), ...lines];
  return `${cells.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`;
}

async function main({ children, atEnd }: Context): Promise<number> {
  const { wanted, list, help, json } = readArguments();
  if (help || list) {
    process.stdout.write(
      help ? usage : `${benches.map(({ name, about }) => `${name.padEnd(10)} ${about}`).join('\n')}\n`,
    );
    return 0;
  }
  const report = reporter();
  const dir = mkdtempSync(join(tmpdir(), 'giaolo-bench-'));
  atEnd(() => rmSync(dir, { recursive: true, force: true }));
  const { kafka, redis } = await openBrokers(
    { dir, logs: join(dir, 'logs'), ports: await freePorts() },
    givenBrokers(),
    children,
    report,
  );
  const rows: Row[] = [];
  for (const bench of wanted) {
    report(`${bench.name}: ${bench.about}`);
    rows.push(...(await bench.run({ kafka: kafka.split(','), redis })));
  }
  process.stdout.write(`\n${table(rows)}`);
  if (json) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`);
  return 0;
}

await command('scripts/bench', 130, main);
