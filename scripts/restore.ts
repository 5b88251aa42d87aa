import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connectRedis } from '@giaolo/chassis/redis';
import { command } from '@giaolo/local/command';
import { createTopics } from '@giaolo/local/topics';
import { Trouble } from '@giaolo/local/trouble';
import { readRegistry } from '@giaolo/topics/registry';
import { plansFrom } from './recovery/plans.ts';
import { inNeed, rebuildAll } from './recovery/rebuild-all.ts';
import { restore } from './recovery/restore.ts';
import { connectKafka, openTarget } from './recovery/target.ts';

const usage = `scripts/restore DIR

Puts a backup of scripts/backup into an empty Kafka, whose topics it makes, and rebuilds the durable Redis of all services
from it. No service may run. What came after the backup is lost.

It works on the servers that KAFKA_BROKERS, REDIS_URL and GIAOLO_TOPIC_PREFIX name, or on those of scripts/start, which it
starts for as long as it takes: run scripts/start afterwards.
`;

function readArguments() {
  try {
    const options = { help: { type: 'boolean', short: 'h' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (!values.help && positionals.length !== 1) throw new Error('the folder of a backup is needed');
    return { help: values.help, dir: resolve(positionals[0] ?? '') };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/restore --help says what it takes`);
  }
}

await command('scripts/restore', 130, async (context) => {
  const { help, dir } = readArguments();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const target = await openTarget(context, true);
  const { prefix } = target;
  await createTopics(target.brokers, { prefix });
  const kafka = connectKafka(target, 'giaolo-restore');
  const registry = readRegistry();
  const { takenAt, records, leftOut, tookMs } = await restore(kafka, prefix, registry, dir);
  process.stdout.write(
    `${records.toLocaleString('en-US')} records of ${takenAt} are back in ${(tookMs / 1_000).toFixed(1)} s` +
      `${leftOut > 0 ? `; ${leftOut} of commits that came later are left out` : ''}\n`,
  );
  const redis = await connectRedis(target.redis, 'decisions');
  const place = { kafka, redis, prefix };
  return rebuildAll(place, await inNeed(place, plansFrom(registry)), {});
});
