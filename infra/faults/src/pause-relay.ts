import type { Failpoint } from '@giaolo/chassis/failpoint';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { startLoad } from './load.ts';
import { scenario } from './scenario.ts';
import { compareAll, makePlace } from './tally-place.ts';
import { startTally } from './tally-replica.ts';
import { longestSilence, startWatcher } from './watcher.ts';

/** With the last check before it and after it. */
export const steps = ['outbox.before-send', 'producer.before-request'] as const satisfies readonly Failpoint[];

/** Of a shard, as chassis/shards.ts has it. */
const LEASE_MS = 5_000;

export const pauseRelay = scenario({
  name: 'pause-relay',
  about: 'a relay stopped (SIGSTOP) just before it sends, woken after its lease has ended; until another carries on',
  recovery: { of: 'max', withinMs: LEASE_MS + 2_000 },
  withinMs: { short: 90_000, long: 300_000 },
  short: { rounds: 1, pauseMs: 9_000, rate: 500 },
  long: { rounds: 5, pauseMs: 15_000, rate: 1_000 },
  async run({ rounds, pauseMs, rate }, context) {
    const { servers, random, report } = context;
    const place = await makePlace(servers);
    const watcher = await startWatcher(context, place);
    const replicas = [await startTally(context, place)];
    const load = startLoad(context, () => replicas, { rate, keys: 128, callers: 100 });
    const recoveryMs: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const sleepers = await Promise.all(
        steps.map((step) => startTally(context, place, `${step}=freeze@${random.between(20, 200)}`)),
      );
      replicas.push(...sleepers);
      await Promise.all(sleepers.map((each) => eventually('it stands still', () => each.fired().length === 1, 30_000)));
      const stoppedAt = performance.now();
      replicas.splice(1);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      recoveryMs.push(longestSilence(watcher, stoppedAt, performance.now()));
      report(`round ${round} of ${rounds}: others carried on after ${Math.round(recoveryMs.at(-1) as number)} ms`);
      // At last there is silence: what a relay still sends is then the last word on its keys, if anybody takes it for one.
      if (round === rounds) await load.stop();
      for (const { child } of sleepers) child.signal('SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      // In the end they stay: what they have sent late is theirs to mend.
      if (round < rounds) await Promise.all(sleepers.map(({ child }) => child.end()));
    }
    const { passedGate, ...found } = await compareAll(place, load, watcher);
    const past = passedGate > 0 ? [`${passedGate} repeats came past the sequence check`] : [];
    const injected = rounds * steps.length;
    return { ...found, injected, recoveryMs, broken: [...found.broken, ...past], notes: [] };
  },
});
