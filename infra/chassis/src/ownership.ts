import { randomUUID } from 'node:crypto';
import { read } from './lease.ts';
import { Claim, type Work } from './ownership-claim.ts';
import type { Redis } from './redis.ts';
import { shardOf, shardTag } from './store.ts';

const LEASE_MS = 5_000;
const STOP_MS = 3_000;

/** Things that need a loop without a gap have exactly one owner: a replica that reaches them in the field. */
export interface Ownership {
  /**
   * Wants the thing until released, which is when it is free for others. With a rank, also from an owner of lower rank;
   * the one that has the device on the line outranks those that would only dial.
   */
  own(name: string, work: Work, rank?: number): { release(): Promise<void> };
  /** Makes the owner look again, whichever replica that is. May get lost: owners look by themselves too. */
  nudge(name: string): void;
  /** Where the owner is reached; undefined while nobody owns it. Throws ServiceError where Redis does not answer. */
  ownerOf(name: string): Promise<string | undefined>;
  /** Ends all work; what was owned is free for others at once. */
  stop(): Promise<void>;
}

export interface OwnershipOptions {
  readonly redis: Redis;
  /** A connection of its own: a subscriber can do nothing else. */
  readonly subscriber: Redis;
  readonly service: string;
  /** Where this replica is reached, such as `10.0.3.7:7001`. */
  readonly address: string;
}

export async function openOwnership({ redis, subscriber, service, address }: OwnershipOptions): Promise<Ownership> {
  const holder = randomUUID();
  const channel = `{${service}}:owners`;
  const claims = new Map<string, Claim>();
  // In the shard of the thing's own decisions.
  const keyOf = (name: string): string => `${shardTag(service, shardOf(name))}owner/${name}`;
  const announce = (name: string): void => {
    redis.publish(channel, name).catch(() => {});
  };

  await subscriber.subscribe(channel, (name) => claims.get(name)?.look());
  return {
    own(name, work, rank) {
      if (claims.has(name)) throw new Error(`this replica wants to own ${name} already`);
      const terms = { holder, address, ttlMs: LEASE_MS, rank };
      const claim = new Claim({ redis, service, name, key: keyOf(name), terms, work, announce: () => announce(name) });
      claims.set(name, claim);
      void claim.ended.then(() => claims.delete(name));
      return claim;
    },
    nudge(name) {
      const claim = claims.get(name);
      if (claim?.owns) claim.look();
      else announce(name);
    },
    async ownerOf(name) {
      return (await read(redis, keyOf(name)))?.address;
    },
    async stop() {
      await subscriber.unsubscribe(channel).catch(() => {});
      const longEnough = new Promise((resolve) => setTimeout(resolve, STOP_MS).unref());
      await Promise.race([Promise.all([...claims.values()].map((claim) => claim.release())), longEnough]);
    },
  };
}
