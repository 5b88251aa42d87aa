import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastWords } from '@giaolo/local/children';
import { nodeProgram } from '@giaolo/local/platform';
import type { InsideOrder } from './disk-full-inside.ts';
import { type Context, type Outcome, type Scenario, scenario } from './scenario.ts';

// Mounts of such a process are its own and its children's, and go when they go, however that ends.
const unshare = ['--user', '--map-root-user', '--mount'];

/** Why no disk can be made here that may be filled; undefined where one can. */
function noDisk(): string | undefined {
  const mount = ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'];
  const tried = spawnSync('unshare', [...unshare, ...mount], { encoding: 'utf8' });
  return tried.status === 0 ? undefined : 'this machine lets nobody mount a small disk (unshare --user --mount)';
}

async function inside(order: Pick<InsideOrder, 'what' | 'times'>, context: Context): Promise<Outcome> {
  const { servers, dir, random } = context;
  const outcome = join(dir, 'outcome.json');
  const full: InsideOrder = { ...order, servers, dir, outcome, seed: random.between(0, 2 ** 31) };
  const program = [nodeProgram, '--disable-warning=TimeoutNegativeWarning'];
  const child = context.children.start({
    name: 'disk-full',
    command: 'unshare',
    args: [...unshare, ...program, join(import.meta.dirname, 'disk-full-inside.ts'), JSON.stringify(full)],
    env: { ...process.env, NODE_OPTIONS: undefined }, // jest's
    log: join(dir, 'disk-full.log'),
    stage: 2,
    graceMs: 10_000,
  });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`the scenario inside ended with ${code}${lastWords(child)}`);
  return JSON.parse(readFileSync(outcome, 'utf8')) as Outcome;
}

const onDisk = (what: InsideOrder['what'], about: string): Scenario =>
  scenario({
    name: `disk-full-${what}`,
    about: `${about}; from its first answer after the restart, with space again, until work goes on`,
    recovery: { of: 'max', withinMs: 5_000 },
    missing: noDisk,
    withinMs: { short: 180_000, long: 600_000 },
    short: { times: 1 },
    long: { times: 5 },
    run: ({ times }, context) => inside({ what, times }, context),
  });

export const diskFullRedis = onDisk('redis', 'the disk of the durable Redis runs full under load');
export const diskFullBroker = onDisk('broker', 'the disk of Kafka runs full under load');
