import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { Random } from '@giaolo/chassis/testing/simulator/random';
import { command } from '@giaolo/local/command';
import { reporter } from '@giaolo/local/report';
import { type Load, startLoad } from './load.ts';
import { nextAcknowledgement } from './outbox-heads.ts';
import type { Context, Outcome, Servers } from './scenario.ts';
import { ownKafka, ownRedis } from './servers.ts';
import { compareAll, makePlace } from './tally-place.ts';
import { startTally } from './tally-replica.ts';
import { startWatcher } from './watcher.ts';

/** What this process is told to do, as its only argument. */
export interface InsideOrder {
  readonly what: 'redis' | 'broker';
  readonly times: number;
  readonly servers: Servers;
  readonly dir: string;
  /** File for the outcome. */
  readonly outcome: string;
  readonly seed: number;
}

const MEGABYTES = 96;
const FULL_MS = 3_000;

/** A disk of this process' own mount namespace. */
function mountSmall(dir: string) {
  mkdirSync(dir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'tmpfs', dir]);
  const ballast = join(dir, 'ballast');
  return {
    /** Leaves not one byte. */
    fill() {
      const file = openSync(ballast, 'a');
      for (let size = 2 ** 20; size >= 1; ) {
        try {
          writeSync(file, Buffer.alloc(size));
        } catch {
          size /= 2;
        }
      }
      closeSync(file);
    },
    free: () => rmSync(ballast),
  };
}

const sum = (counts: readonly (readonly [string, number])[]) => counts.reduce((total, [, count]) => total + count, 0);

/** Commands must be refused at once, with a reason that lets the caller come again; silence is for a busy machine alone. */
function unclear({ refusals }: Load): string[] {
  const those = (kind: RegExp) => [...refusals].filter(([why]) => kind.test(why));
  const [typed, silent] = [those(/^[A-Z_]+ /), those(/^the replica/)];
  const wrong = typed.filter(([why]) => !/^(UNAVAILABLE|RESOURCE_EXHAUSTED) /.test(why));
  return [
    ...wrong.map(([why]) => `commands were refused with ${why}`),
    ...(sum(silent) > sum(typed) / 10 ? ['commands were not answered'] : []),
  ];
}

async function fillDisk({ what, times }: InsideOrder, context: Context): Promise<Outcome> {
  const dir = join(context.dir, 'disk');
  const disk = mountSmall(dir);
  const server = await (what === 'redis' ? ownRedis : ownKafka)(context, dir);
  const { servers } = context;
  const place = await makePlace(
    what === 'redis'
      ? { kafka: servers.kafka, redis: server.address }
      : { kafka: [server.address], redis: servers.redis },
  );
  const watcher = await startWatcher(context, place);
  const replicas = [await startTally(context, place)];
  const load = startLoad(context, () => replicas, { rate: 500, keys: 64, callers: 64 });
  const recoveryMs: number[] = [];
  const consumedMs: number[] = [];
  const broken: string[] = [];
  for (let time = 1; time <= times; time++) {
    await new Promise((resolve) => setTimeout(resolve, context.random.between(1_000, 2_000)));
    const [refused, before] = [load.refusals.size, load.acknowledged];
    disk.fill();
    context.report('the disk is full');
    await new Promise((resolve) => setTimeout(resolve, FULL_MS));
    if (what === 'redis') await eventually('commands are refused', () => load.refusals.size > refused || time > 1);
    else if (load.acknowledged === before) broken.push('commits did not go on while the disk of Kafka was full');
    if (!server.hasEnded) await server.kill();
    disk.free();
    context.report('there is space again');
    await server.start();
    context.report('the server is back');
    const back = performance.now();
    const first = what === 'redis' ? load.nextAnswer() : nextAcknowledgement(context, place);
    const consumed = watcher.next();
    recoveryMs.push((await first) - back);
    consumedMs.push(await consumed);
  }
  context.report('work goes on');
  await load.stop();
  const { passedGate, ...found } = await compareAll(place, load, watcher);
  const reasons = [...load.refusals].map(([why, count]) => `${count} x ${why}`);
  const again = `a consumer went on ${Math.round(Math.max(...consumedMs))} ms after that, at most`;
  const notes = [again, `${passedGate} repeats came to a handler`, ...reasons];
  return {
    ...found,
    injected: times,
    recoveryMs,
    broken: [...found.broken, ...broken, ...(what === 'redis' ? unclear(load) : [])],
    notes,
  };
}

await command('disk-full', 130, async ({ children }) => {
  const order = JSON.parse(process.argv[2] as string) as InsideOrder;
  const ends: (() => unknown)[] = [];
  const outcome = await fillDisk(order, {
    servers: order.servers,
    children,
    dir: order.dir,
    random: new Random(order.seed),
    report: reporter(),
    onEnd: (act) => ends.push(act),
  }).finally(async () => {
    for (const end of ends.reverse()) await end();
  });
  writeFileSync(order.outcome, JSON.stringify(outcome));
  return 0;
});
