import { wallClock } from '@giaolo/chassis/clock';
import { connectRedis } from '@giaolo/chassis/redis';
import { shardLeaseKey } from '@giaolo/chassis/shards';
import { SHARDS } from '@giaolo/chassis/store';
import { eventually } from '@giaolo/chassis/testing/brokers';
import type { Child } from '@giaolo/local/children';
import type { Context } from './scenario.ts';

/** As chassis/shards.ts has them. */
const LEASE_MS = 5_000;
const RENEW_MS = 1_000;
/** A renewal may have been about to come. */
const TOLERANCE_MS = 500;

const LOOK_EVERY_MS = 100;

/** Watches who owns the shards of a service from when they are shared evenly: only a death may change that. */
export async function watchLeases(context: Context, service: string, replicas: number) {
  const redis = await connectRedis(context.servers.redis, 'decisions');
  const shards = Array.from({ length: SHARDS }, (_, shard) => shardLeaseKey(service, shard));
  const look = () => Promise.all(shards.map((key) => redis.hmGet(key, ['holder', 'token'])));
  const isShared = async () => {
    const holders = Map.groupBy(await look(), ([holder]) => holder);
    return (
      holders.size === replicas && [...holders.values()].every((own) => own.length <= Math.ceil(SHARDS / replicas))
    );
  };
  await eventually('the shards are shared', isShared, 30_000);
  const tokens = (await look()).map(([, token]) => token);
  const changes: number[] = [];
  const note = async () => {
    (await look()).forEach(([, token], shard) => {
      if (token === tokens[shard]) return;
      tokens[shard] = token;
      changes.push(wallClock.now());
    });
  };
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(note);
  }, LOOK_EVERY_MS);
  context.onEnd(async () => {
    clearInterval(timer);
    await looking;
    redis.destroy();
  });

  return {
    /** Kills a replica and judges when its leases ended. */
    async afterKill(child: Child) {
      const before = changes.splice(0).length;
      const killedAt = wallClock.now();
      child.signal('SIGKILL');
      // The others have their full share at most.
      const own = SHARDS - Math.ceil(SHARDS / replicas) * (replicas - 1);
      await eventually('its shards are others’', () => changes.length >= own, 30_000).catch(() => {});
      const after = changes.map((at) => at - killedAt);
      const [first = 0, last = 0] = [after[0], after.at(-1)];
      return {
        lateMs: Math.max(0, last - LEASE_MS),
        broken: [
          ...(before > 0 ? [`${before} leases changed hands though nobody had died`] : []),
          ...(after.length < own ? ['leases of a dead replica did not end'] : []),
          ...(first < LEASE_MS - RENEW_MS - TOLERANCE_MS ? [`a lease ended ${first} ms after its last renewal`] : []),
        ],
        notes: [`the leases of a killed replica were taken over after ${first} to ${last} ms`],
      };
    },
  };
}
