import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { command } from '@giaolo/local/command';
import { Trouble } from '@giaolo/local/trouble';
import { readRegistry } from '@giaolo/topics/registry';
import { type FiledLetter, Letters } from './recovery/letters.ts';
import { details, summary } from './recovery/show-letter.ts';
import { connectKafka, openTarget } from './recovery/target.ts';

const usage = `scripts/dead-letters list [--service NAME] [--topic NAME] [--reason UNREADABLE|UNPROCESSABLE] [--json]
scripts/dead-letters show ID
scripts/dead-letters redrive ID|--all [--service NAME] [--topic NAME] [--reason ...] [--why TEXT]
scripts/dead-letters discard ID --why TEXT

The records that a service could not read or handle, on the platform that scripts/start runs or ran (or KAFKA_BROKERS
and GIAOLO_TOPIC_PREFIX name). An ID is <group>/<topic>/<partition>/<offset>.
  redrive   puts the record back for the group that gave it up, and says what became of it
  discard   takes the letter away; nobody will handle its record
  --by      whose act this is; user:<name of this user> by default. It stands in the headers of what is written.
`;

const options = {
  service: { type: 'string' },
  topic: { type: 'string' },
  reason: { type: 'string' },
  why: { type: 'string' },
  by: { type: 'string', default: `user:${userInfo().username}` },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Arguments = ReturnType<typeof readArguments>;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [act = 'list', id, ...more] = positionals;
    if (!['list', 'show', 'redrive', 'discard'].includes(act) || more.length > 0)
      throw new Error(`"${positionals.join(' ')}" is no command`);
    if (act === 'list' && id !== undefined) throw new Error('list takes no ID');
    if (act === 'redrive' && (id === undefined) !== values.all) throw new Error('redrive takes one ID, or --all');
    if (['show', 'discard'].includes(act) && id === undefined) throw new Error(`${act} takes one ID`);
    if (act === 'discard' && !values.why) throw new Error('discard takes --why: it is written down');
    return { ...values, act, id };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/dead-letters --help says what it takes`);
  }
}

const print = (text: string) => process.stdout.write(`${text}\n`);
const printJson = (value: unknown) => print(JSON.stringify(value, null, 2));

async function find(letters: Letters, { id, service, topic, reason }: Arguments): Promise<FiledLetter[]> {
  const found = await letters.list({ id, service, topic, reason });
  if (id !== undefined && found.length === 0) throw new Trouble(`there is no letter ${id}, or it was dealt with`);
  return found;
}

function list(found: readonly FiledLetter[], json: boolean): number {
  const lines = found.map((letter) => summary(letter, Date.now()));
  if (json) printJson(lines);
  else for (const { id, reason, attempt, age, error } of lines) print(`${id}  ${reason} x${attempt}  ${age}  ${error}`);
  if (!json) print(`${found.length} dead letter${found.length === 1 ? '' : 's'}`);
  return 0;
}

const says = { handled: '', waiting: ': its group has not come to it', cut: ': too large for a letter, not put back' };

async function redrive(letters: Letters, found: readonly FiledLetter[], { by, why = '' }: Arguments): Promise<number> {
  const results = await letters.redrive(found, { by, why, at: Date.now() });
  for (const result of results) {
    const { letter, outcome } = result;
    print(`${letter.id}  ${outcome}${outcome === 'failed again' ? ` as ${result.as}` : says[outcome]}`);
  }
  const count = (wanted: string) => results.filter(({ outcome }) => outcome === wanted).length;
  print(`${count('handled')} handled, ${count('failed again')} failed again, ${count('waiting')} waiting, by ${by}`);
  return count('failed again') + count('cut') > 0 ? 1 : 0;
}

await command('scripts/dead-letters', 130, async (context) => {
  const given = readArguments();
  if (given.help) {
    process.stdout.write(usage);
    return 0;
  }
  const target = await openTarget(context);
  const registry = readRegistry();
  const letters = new Letters(connectKafka(target, 'giaolo-dead-letters'), target.prefix, registry);
  const found = await find(letters, given);
  if (given.act === 'list') return list(found, given.json);
  if (given.act === 'redrive') return redrive(letters, found, given);
  const [letter] = found as [FiledLetter];
  if (given.act === 'show') printJson(details(letter, registry, Date.now()));
  else {
    await letters.discard(letter, { by: given.by, why: given.why ?? '', at: Date.now() });
    print(`${letter.id}  discarded, by ${given.by}`);
  }
  return 0;
});
