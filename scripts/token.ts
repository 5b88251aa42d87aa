import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatUnit } from '@giaolo/chassis/principal';
import { command } from '@giaolo/local/command';
import { issuerOf, sampleUnit } from '@giaolo/local/issuer';
import { stateDir } from '@giaolo/local/places';
import { readInfo } from '@giaolo/local/platform-info';
import { Trouble } from '@giaolo/local/trouble';

const usage = `scripts/token [--subject user:me] [--role operator]... [--unit CODE/YYYY-MM-DD] [--hours 8]

Prints a bearer token that the local platform accepts, for
  grpcurl -H "authorization: Bearer $(scripts/token)" ...
`;

const options = {
  subject: { type: 'string' },
  role: { type: 'string', multiple: true },
  unit: { type: 'string' },
  hours: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const HOUR_MS = 3_600_000;

/** Of the platform that runs now, or ran last. */
const keysDir = (): string => {
  const info = readInfo(join(stateDir, 'platform.json'));
  return info ? dirname(info.jwksFile) : join(stateDir, 'keys');
};

function readArguments() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/token --help says what it takes`);
  }
}

await command('scripts/token', 130, async () => {
  const { subject = 'user:me', role = ['operator'], unit = formatUnit(sampleUnit), hours = 8, help } = readArguments();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const [code, validFrom] = unit.split('/');
  if (!code || !/^\d{4}-\d{2}-\d{2}$/.test(validFrom ?? '')) throw new Trouble('--unit takes CODE/YYYY-MM-DD');
  if (!(Number(hours) > 0)) throw new Trouble('--hours takes a number above 0');
  const principal = { subject, roles: role, unit: { code, validFrom: validFrom as string } };
  process.stdout.write(`${await issuerOf(keysDir()).issue(principal, Number(hours) * HOUR_MS)}\n`);
  return 0;
});
