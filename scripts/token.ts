import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Grant, parseUnit, principalIn, type Role, roles, type Unit } from '@giaolo/chassis/principal';
import { command } from '@giaolo/local/command';
import { issuerOf, sampleUnit } from '@giaolo/local/issuer';
import { stateDir } from '@giaolo/local/places';
import { readInfo } from '@giaolo/local/platform-info';
import { Trouble } from '@giaolo/local/trouble';

const usage = `scripts/token [--subject user:me] [--role operator]... [--unit CODE/YYYY-MM-DD]
              [--grant ROLE@CODE/YYYY-MM-DD]... [--hours 8]

Prints a bearer token that the local platform accepts, for
  grpcurl -H "authorization: Bearer $(scripts/token)" ...

  --role     at the unit in which the token acts; operator, registrar and auditor when neither this nor --grant is given.
             One of: ${roles.join(', ')}
  --unit     in which it acts; the sample province when not given
  --grant    a role at another unit
`;

const options = {
  subject: { type: 'string' },
  role: { type: 'string', multiple: true },
  unit: { type: 'string' },
  grant: { type: 'string', multiple: true },
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

function readUnit(option: string, text: string): Unit {
  const unit = parseUnit(text);
  if (!unit) throw new Trouble(`${option} takes CODE/YYYY-MM-DD`);
  return unit;
}

function readRole(text: string): Role {
  const role = roles.find((each) => each === text);
  if (!role) throw new Trouble(`there is no role ${text}; there are ${roles.join(', ')}`);
  return role;
}

function readGrant(text: string): Grant {
  const [role = '', unit = ''] = text.split('@');
  return { role: readRole(role), unit: readUnit('--grant', unit) };
}

await command('scripts/token', 130, async () => {
  const { subject = 'user:me', role = [], unit: inUnit, grant = [], hours = 8, help } = readArguments();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const unit = inUnit === undefined ? sampleUnit : readUnit('--unit', inUnit);
  if (!(Number(hours) > 0)) throw new Trouble('--hours takes a number above 0');
  const given = [...role.map((each): Grant => ({ role: readRole(each), unit })), ...grant.map(readGrant)];
  const grants = given.length > 0 ? given : principalIn(unit, subject, 'operator', 'registrar', 'auditor').grants;
  const principal = { subject, unit, grants };
  process.stdout.write(`${await issuerOf(keysDir()).issue(principal, Number(hours) * HOUR_MS)}\n`);
  return 0;
});
