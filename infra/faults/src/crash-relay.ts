import type { Failpoint } from '@giaolo/chassis/failpoint';
import { eventually } from '@giaolo/chassis/testing/brokers';
import type { Random } from '@giaolo/chassis/testing/simulator/random';
import { startLoad } from './load.ts';
import { type Context, scenario } from './scenario.ts';
import { compareAll, makePlace, REBUILT_WRONG } from './tally-place.ts';
import { startTally, type TallyPlace, type TallyReplica } from './tally-replica.ts';
import { longestSilence, startWatcher } from './watcher.ts';

export const steps = [
  'commit.after-script',
  'outbox.after-read',
  'outbox.before-send',
  'producer.before-request',
  'outbox.after-send',
  'outbox.after-trim',
  'outbox.lease-lost',
] as const satisfies readonly Failpoint[];

/** Longer than a lease of a shard. */
const FROZEN_MS = 6_500;

/** Only who was away for longer than its lease can find out that it has lost it. */
const armed = (step: (typeof steps)[number], random: Random): string =>
  step === 'outbox.lease-lost'
    ? `outbox.after-send=freeze@${random.between(5, 50)},${step}=kill@1`
    : `${step}=kill@${random.between(5, 50)}`;

export const crashRelay = scenario({
  name: 'crash-relay',
  about:
    'a replica killed at each step between commit and trim; until commands that it left open are answered elsewhere',
  recovery: { of: 'max', withinMs: 3_000 },
  withinMs: { short: 120_000, long: 1_200_000 },
  short: { rounds: 1, rate: 500 },
  long: { rounds: 20, rate: 500 },
  async run({ rounds, rate }, context) {
    const place = await makePlace(context.servers);
    const watcher = await startWatcher(context, place);
    const replicas = [await startTally(context, place)];
    const load = startLoad(context, () => replicas, { rate, keys: 128, callers: 100 });
    const began = performance.now();
    const fired = new Map<Failpoint, number>();
    for (let round = 1; round <= rounds; round++) {
      const victims = await Promise.all(steps.map((step) => crash(step, context, place, replicas)));
      for (const name of victims.flatMap((victim) => victim.fired())) fired.set(name, (fired.get(name) ?? 0) + 1);
      context.report(`round ${round} of ${rounds}: ${load.acknowledged} commands answered`);
    }
    const silence = longestSilence(watcher, began, performance.now());
    await load.stop();
    const { passedGate, ...found } = await compareAll(place, load, watcher);
    // Who stood still, sent late and was killed before it had mended may leave an older record of state: not promised.
    const isPromised = (what: string) => !what.startsWith(REBUILT_WRONG);
    const promised = found.broken.filter(isPromised);
    const unpromised = found.broken.filter((what) => !isPromised(what));
    const silent = steps.filter((step) => (fired.get(step) ?? 0) < rounds);
    return {
      ...found,
      injected: steps.length * rounds,
      recoveryMs: load.interrupted.map(({ failedAt, answeredAt }) => answeredAt - failedAt),
      broken: [...promised, ...silent.map((step) => `${step} did not fire each time`)],
      notes: [
        ...unpromised,
        `${load.interrupted.length} commands were left open`,
        `no event of a key for ${Math.round(silence)} ms at most`,
        `${passedGate} repeats came past the sequence check`,
      ],
    };
  },
});

/** Starts a replica that will die at the step, lets it take part, and resolves when it is dead. */
async function crash(
  step: (typeof steps)[number],
  context: Context,
  place: TallyPlace,
  replicas: TallyReplica[],
): Promise<TallyReplica> {
  const victim = await startTally(context, place, armed(step, context.random));
  replicas.push(victim);
  await eventually(`${victim.name} fails`, () => victim.fired().length > 0 || victim.child.exit, 60_000);
  replicas.splice(replicas.indexOf(victim), 1);
  if (step === 'outbox.lease-lost') {
    await new Promise((resolve) => setTimeout(resolve, FROZEN_MS));
    victim.child.signal('SIGCONT');
  }
  await eventually(`${victim.name} is dead by ${step}`, () => victim.child.exit, 30_000);
  return victim;
}
