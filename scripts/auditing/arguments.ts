import { parseArgs } from 'node:util';
import { parseUnit, type Unit } from '@giaolo/chassis/principal';
import { Trouble } from '@giaolo/local/trouble';

export const usage = `scripts/audit verify [--unit CODE/YYYY-MM-DD] [--anchors FILE]
scripts/audit verify --file EXPORT [--unit CODE/YYYY-MM-DD] [--anchors FILE]
scripts/audit export --unit CODE/YYYY-MM-DD --out FILE
scripts/audit anchors [--unit CODE/YYYY-MM-DD] [--out FILE]
scripts/audit chains
scripts/audit list [--unit CODE/YYYY-MM-DD] [--last 50] [--subject S] [--object O] [--method M] [--denied]

What was done, by whom, in one chain of hashes per administrative unit.

  verify     computes every hash anew, from what the service reads or from a file, against the anchors of the service
             and those of a file, and names the first link that is wrong (exit 1)
  export     writes a chain into a file, a link a line, to be verified anywhere
  anchors    writes the anchors, a line each: keep them where nobody of the platform can change them
  chains     the chains by unit
  list       the newest acts first, of one unit or of all

  --address  host:port of the service; with --token-file, a file that holds the token of an auditor.
             Without them, the platform that scripts/start runs.
`;

const options = {
  unit: { type: 'string' },
  file: { type: 'string' },
  out: { type: 'string' },
  anchors: { type: 'string' },
  last: { type: 'string' },
  subject: { type: 'string' },
  object: { type: 'string' },
  method: { type: 'string' },
  denied: { type: 'boolean' },
  address: { type: 'string' },
  'token-file': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const verbs = ['verify', 'export', 'anchors', 'chains', 'list'] as const;

const LAST = 50;

/** @throws {Trouble} */
export function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const verb = verbs.find((each) => each === positionals[0]);
    if (!values.help && (!verb || positionals.length > 1)) throw new Error(`say one of ${verbs.join(', ')}`);
    if (verb === 'export' && !(values.unit && values.out)) throw new Error('export needs --unit and --out');
    const last = Number(values.last ?? LAST);
    if (!(Number.isInteger(last) && last > 0)) throw new Error('--last takes a number above 0');
    return { ...values, verb, last, unit: values.unit === undefined ? undefined : readUnit(values.unit) };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/audit --help says what it takes`);
  }
}

export type Arguments = ReturnType<typeof readArguments>;

function readUnit(text: string): Unit {
  const unit = parseUnit(text);
  if (!unit) throw new Error('--unit takes CODE/YYYY-MM-DD');
  return unit;
}
