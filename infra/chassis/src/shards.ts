import { randomUUID } from 'node:crypto';
import { every } from './every.ts';
import { releaseLease, takeLease } from './lease.ts';
import { log } from './log.ts';
import type { Redis } from './redis.ts';
import { SHARDS, shardTag } from './store.ts';

const LEASE_MS = 5_000;
const RENEW_MS = 1_000;

/** Which shards of a service this replica works for: each is leased by one replica, and they share evenly. */
export interface ShardOwnership {
  owned(): ReadonlySet<number>;
  owns(shard: number): boolean;
  stop(): Promise<void>;
}

/** `onGained` is told of a shard once per ownership; `address` says where this replica can be reached. */
export async function ownShards(
  redis: Redis,
  service: string,
  address: string,
  onGained: (shard: number) => void,
): Promise<ShardOwnership> {
  const replica = randomUUID();
  const members = `{${service}}:replicas`;
  const owned = new Map<number, number>();
  let stopped = false;

  const fairShare = async (): Promise<number> => {
    const [seconds, microseconds] = (await redis.sendCommand(['TIME'])) as unknown as [string, string];
    const now = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    await redis.zAdd(members, { score: now + LEASE_MS, value: replica });
    await redis.zRemRangeByScore(members, '-inf', now);
    return Math.ceil(SHARDS / Math.max(1, await redis.zCard(members)));
  };

  const tend = async (shard: number, share: number): Promise<void> => {
    const key = `${shardTag(service, shard)}owner`;
    if (!owned.has(shard) && owned.size >= share) return;
    if (owned.has(shard) && owned.size > share) {
      owned.delete(shard);
      return releaseLease(redis, key, replica);
    }
    const lease = await takeLease(redis, key, replica, address, LEASE_MS);
    const held = owned.get(shard);
    if (!lease) owned.delete(shard);
    else if (held !== lease.token) {
      owned.set(shard, lease.token);
      onGained(shard);
    }
  };

  const rounds = every(RENEW_MS, async () => {
    try {
      const share = await fairShare();
      // Renewals go together; new shards are taken one by one, so that the share is not overshot.
      await Promise.all([...owned.keys()].map((shard) => tend(shard, share)));
      for (let shard = 0; shard < SHARDS && owned.size < share && !stopped; shard++)
        if (!owned.has(shard)) await tend(shard, share);
    } catch (error) {
      log.warn({ service, error: (error as Error).message }, 'shard leases could not be renewed');
    }
  });
  await rounds.first;
  return {
    owned: () => new Set(owned.keys()),
    owns: (shard) => owned.has(shard),
    async stop() {
      stopped = true;
      await rounds.stop();
      const release = [...owned.keys()].map((shard) =>
        releaseLease(redis, `${shardTag(service, shard)}owner`, replica),
      );
      owned.clear();
      await Promise.allSettled([...release, redis.zRem(members, replica)]);
    },
  };
}
