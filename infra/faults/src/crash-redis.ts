import { startLoad } from './load.ts';
import { scenario } from './scenario.ts';
import { ownRedis } from './servers.ts';
import { compareAll, makePlace } from './tally-place.ts';
import { startTally } from './tally-replica.ts';
import { startWatcher } from './watcher.ts';

export const crashRedis = scenario({
  name: 'crash-redis',
  about: 'kill -9 of the durable Redis under load, started again in place; from its first PONG to the first commit',
  recovery: { of: 'p99', withinMs: 3_000 },
  withinMs: { short: 90_000, long: 900_000 },
  short: { kills: 3, rate: 2_000, apartMs: [1_000, 2_000] },
  long: { kills: 50, rate: 2_000, apartMs: [1_000, 4_000] },
  async run({ kills, rate, apartMs: [soonest, latest] }, context) {
    const { servers, random, report } = context;
    const redis = await ownRedis(context);
    const place = await makePlace({ kafka: servers.kafka, redis: redis.address });
    const watcher = await startWatcher(context, place);
    const replicas = await Promise.all([startTally(context, place), startTally(context, place)]);
    const load = startLoad(context, () => replicas, { rate, keys: 500, callers: 400 });
    const recoveryMs: number[] = [];
    for (let kill = 1; kill <= kills; kill++) {
      await new Promise((resolve) => setTimeout(resolve, random.between(soonest as number, latest as number)));
      await redis.kill();
      await redis.start();
      const back = performance.now();
      recoveryMs.push((await load.nextAnswer()) - back);
      report(`kill ${kill}: commits again after ${Math.round(recoveryMs.at(-1) as number)} ms`);
    }
    await load.stop();
    const { passedGate, ...found } = await compareAll(place, load, watcher);
    const reasons = [...load.refusals].map(([why, times]) => `${times} x ${why}`);
    return { ...found, injected: kills, recoveryMs, notes: [`${passedGate} repeats came to a handler`, ...reasons] };
  },
});
