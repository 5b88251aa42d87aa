import { randomUUID } from 'node:crypto';
import { every } from './every.ts';
import { type Lease, release, take } from './lease.ts';
import { log } from './log.ts';
import type { Redis } from './redis.ts';
import { SHARDS, shardTag } from './store.ts';

const LEASE_MS = 5_000;
const RENEW_MS = 1_000;

/** Which shards of a service this replica works for: each is leased by one replica, and they share evenly. */
export interface ShardOwnership {
  /** Without those whose lease this process could not renew in time, as after it was frozen. */
  owned(): ReadonlySet<number>;
  owns(shard: number): boolean;
  /** Undefined when it does not own the shard. Read it before the work that is to be done under it. */
  tokenOf(shard: number): number | undefined;
  stop(): Promise<void>;
}

/** The lease of the shard, for what is `fenced`. */
export const shardLeaseKey = (service: string, shard: number): string => `${shardTag(service, shard)}owner`;

/**
 * `onGained` is told of a shard once per ownership; a shard that goes to another replica goes when `untilIdle` has resolved.
 * `address` says where this replica can be reached.
 */
export async function ownShards(
  redis: Redis,
  service: string,
  address: string,
  onGained: (shard: number) => void,
  untilIdle: (shard: number) => Promise<void> = async () => {},
): Promise<ShardOwnership> {
  const replica = randomUUID();
  const members = `{${service}}:replicas`;
  const leases = new Map<number, Lease>();
  let stopped = false;

  const fairShare = async (): Promise<number> => {
    const [seconds, microseconds] = (await redis.sendCommand(['TIME'])) as unknown as [string, string];
    const now = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    await redis.zAdd(members, { score: now + LEASE_MS, value: replica });
    await redis.zRemRangeByScore(members, '-inf', now);
    return Math.ceil(SHARDS / Math.max(1, await redis.zCard(members)));
  };

  const tend = async (shard: number, share: number): Promise<void> => {
    const held = leases.get(shard);
    if (!held && leases.size >= share) return;
    if (held && leases.size > share) {
      leases.delete(shard);
      // Not awaited: the other leases must be renewed meanwhile. Where it takes too long, this one ends by itself.
      void untilIdle(shard)
        .then(() => release(redis, held))
        .catch((error: Error) => log.warn({ service, shard, error: error.message }, 'a shard was not handed over'));
      return;
    }
    const terms = { holder: replica, address, ttlMs: LEASE_MS };
    const taken = await take(redis, shardLeaseKey(service, shard), terms);
    if (taken.status === 'held') {
      leases.delete(shard);
      return;
    }
    leases.set(shard, taken.lease);
    if (held?.token !== taken.lease.token) onGained(shard);
  };

  /** As many at once as the share still lacks, so that it is not overshot. */
  const takeMissing = async (share: number): Promise<void> => {
    const missing = Array.from({ length: SHARDS }, (_, shard) => shard).filter((shard) => !leases.has(shard));
    while (missing.length > 0 && leases.size < share && !stopped)
      await Promise.all(missing.splice(0, share - leases.size).map((shard) => tend(shard, share)));
  };

  const rounds = every(RENEW_MS, async () => {
    try {
      const share = await fairShare();
      await Promise.all([...leases.keys()].map((shard) => tend(shard, share)));
      await takeMissing(share);
    } catch (error) {
      log.warn({ service, error: (error as Error).message }, 'shard leases could not be renewed');
    }
  });
  await rounds.first;

  const valid = (shard: number): Lease | undefined => {
    const lease = leases.get(shard);
    return lease && performance.now() < lease.goodUntil ? lease : undefined;
  };
  return {
    owned: () => new Set([...leases.keys()].filter(valid)),
    owns: (shard) => valid(shard) !== undefined,
    tokenOf: (shard) => valid(shard)?.token,
    async stop() {
      stopped = true;
      await rounds.stop();
      const released = [...leases.values()].map((lease) => release(redis, lease));
      leases.clear();
      await Promise.allSettled([...released, redis.zRem(members, replica)]);
    },
  };
}
