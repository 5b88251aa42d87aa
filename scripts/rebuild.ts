import { parseArgs } from 'node:util';
import { connectRedis } from '@giaolo/chassis/redis';
import { command } from '@giaolo/local/command';
import { Trouble } from '@giaolo/local/trouble';
import { readRegistry } from '@giaolo/topics/registry';
import { type Plan, plansFrom } from './recovery/plans.ts';
import { inNeed, rebuildAll } from './recovery/rebuild-all.ts';
import { type Comparison, compareService, type RebuildPlace } from './recovery/rebuild-service.ts';
import { connectKafka, openTarget } from './recovery/target.ts';

const usage = `scripts/rebuild [SERVICE...] [--replace]
scripts/rebuild --verify [SERVICE...]

Fills the durable Redis of the services that decide (all, if none is named) from Kafka: aggregates and deadlines, by
their topics of state. No number of a fact is given out twice: where the facts of an aggregate have come further than
its state, its version is raised, and said so. What is kept in Redis alone is lost: commits that waited in the outbox, and
what was answered under request ids. Groups are set back to where the newest state is from: what they did since may be lost.
Replicas that find an empty store wait for this; they may run.
  --replace  also where the store is not empty: what it holds is forgotten
  --verify   compares a hash of what Redis holds with one of what Kafka says, and names the first that differ

It works on the platform that scripts/start runs or ran, or on KAFKA_BROKERS, REDIS_URL and GIAOLO_TOPIC_PREFIX.
`;

const options = {
  verify: { type: 'boolean', default: false },
  replace: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const SHOWN = 10;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const plans = plansFrom(readRegistry());
    const unknown = positionals.find((name) => !plans.some(({ service }) => service === name));
    if (unknown !== undefined) throw new Error(`no service "${unknown}" decides anything`);
    return {
      ...values,
      all: positionals.length === 0,
      plans: plans.filter(({ service }) => positionals.length === 0 || positionals.includes(service)),
    };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/rebuild --help says what it takes`);
  }
}

const print = (text: string) => process.stdout.write(`${text}\n`);
const count = (n: number) => Math.round(n).toLocaleString('en-US');

function tellCompared({ service, aggregates, store, kafka, waiting, differences }: Comparison): void {
  for (const { name, version, other } of differences.slice(0, SHOWN))
    print(`${service}: ${name} differs: version ${version ?? 'none'} in Redis, ${other ?? 'none'} by Kafka`);
  const verdict = store === kafka ? 'the same' : `${count(differences.length)} DIFFER`;
  const more = waiting > 0 ? `, ${count(waiting)} commits wait in the outbox` : '';
  print(
    `${service}: ${count(aggregates)} aggregates, Redis ${store.slice(0, 16)}, Kafka ${kafka.slice(0, 16)}: ${verdict}${more}`,
  );
}

async function verify(place: RebuildPlace, plans: readonly Plan[]): Promise<number> {
  let same = true;
  for (const plan of plans) {
    const compared = await compareService(place, plan);
    tellCompared(compared);
    same &&= compared.differences.length === 0;
  }
  return same ? 0 : 1;
}

await command('scripts/rebuild', 130, async (context) => {
  const { help, verify: only, all, plans, replace } = readArguments();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const target = await openTarget(context);
  const redis = await connectRedis(target.redis, 'decisions');
  const place = { kafka: connectKafka(target, 'giaolo-rebuild'), redis, prefix: target.prefix };
  if (only) return verify(place, plans);
  return rebuildAll(place, all && !replace ? await inNeed(place, plans) : plans, { replace });
});
