import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { command } from '@giaolo/local/command';
import { reporter } from '@giaolo/local/report';
import { Trouble } from '@giaolo/local/trouble';
import { type DrillResult, everythingLost, redisLost } from './recovery/drill.ts';

const drills = { redis: redisLost, everything: everythingLost };

const usage = `scripts/drill [redis] [everything] [--rate 200] [--lots 40] [--seconds 10] [--json FILE]

Starts a platform of its own, gives it parking commands, loses servers with their disks, brings them back by our own
commands, and compares with what callers were told.
  redis        the durable Redis is lost; scripts/rebuild --live
  everything   Kafka, both Redis and all services are lost; scripts/backup before, scripts/restore after
`;

const options = {
  rate: { type: 'string', default: '200' },
  lots: { type: 'string', default: '40' },
  seconds: { type: 'string', default: '10' },
  json: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const wanted = positionals.length > 0 ? positionals : Object.keys(drills);
    const unknown = wanted.find((name) => !(name in drills));
    if (unknown !== undefined) throw new Error(`there is no drill "${unknown}"`);
    const [rate, lots, seconds] = [values.rate, values.lots, values.seconds].map(Number) as [number, number, number];
    if (!(rate > 0 && lots > 0 && seconds > 0)) throw new Error('--rate, --lots and --seconds take numbers above 0');
    return { ...values, wanted: wanted as (keyof typeof drills)[], rate, lots, workMs: seconds * 1_000 };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/drill --help says what it takes`);
  }
}

const count = (n: number) => Math.round(n).toLocaleString('en-US');

function row({ drill, commands, lost, lostMs, recoveryMs, broken }: DrillResult): string {
  const state = broken.length === 0 ? 'passed' : 'FAILED';
  return `| ${drill} | ${count(commands)} | ${count(lost)} | ${count(lostMs)} ms | ${(recoveryMs / 1_000).toFixed(1)} s | ${state} |`;
}

await command('scripts/drill', 130, async () => {
  const { help, wanted, rate, lots, workMs, json } = readArguments();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const report = reporter();
  const results: DrillResult[] = [];
  for (const name of wanted) results.push(await drills[name]({ rate, lots, callers: 16, workMs, report }));
  const head = ['drill', 'commands', 'lost (RPO)', 'back to', 'accepted again (RTO)', ''];
  const lines = [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...results.map(row)];
  process.stdout.write(`\n${lines.join('\n')}\n`);
  for (const { drill, notes, broken } of results)
    for (const line of [...broken.map((text) => `BROKEN ${text}`), ...notes])
      process.stdout.write(`${drill}: ${line}\n`);
  if (json) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  return results.every(({ broken }) => broken.length === 0) ? 0 : 1;
});
