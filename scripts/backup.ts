import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '@giaolo/local/command';
import { Trouble } from '@giaolo/local/trouble';
import { readRegistry } from '@giaolo/topics/registry';
import { backUp } from './recovery/backup.ts';
import { connectKafka, openTarget } from './recovery/target.ts';

const usage = `scripts/backup DIR

Copies what must not be lost into a new folder, while the platform runs: the topics that are kept for good (state of all
aggregates, units and assets, schedules, the audit chains) and the dead letters. manifest.json names each file with its
offsets and SHA-256, and is written last. The files hold data of persons, and only this user can read them.
scripts/restore DIR puts it into an empty platform.

It works on the platform that scripts/start runs or ran, or on KAFKA_BROKERS and GIAOLO_TOPIC_PREFIX.
`;

function readArguments() {
  try {
    const options = { help: { type: 'boolean', short: 'h' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (!values.help && positionals.length !== 1) throw new Error('one folder is needed');
    return { help: values.help, dir: resolve(positionals[0] ?? '') };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/backup --help says what it takes`);
  }
}

const count = (n: number) => n.toLocaleString('en-US');

await command('scripts/backup', 130, async (context) => {
  const { help, dir } = readArguments();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const target = await openTarget(context);
  const began = performance.now();
  const { topics } = await backUp(connectKafka(target, 'giaolo-backup'), target.prefix, readRegistry(), dir);
  const files = topics.flatMap((topic) => topic.files);
  const records = files.reduce((sum, file) => sum + file.records, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  process.stdout.write(
    `${count(records)} records of ${topics.length} topics are in ${dir}: ${count(bytes)} bytes, ${seconds} s\n`,
  );
  return 0;
});
