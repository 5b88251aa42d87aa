import { every } from './every.ts';
import { log } from './log.ts';
import type { Redis } from './redis.ts';
import type { ShardOwnership } from './shards.ts';
import { type DecisionStore, shardTag } from './store.ts';

const SWEEP_MS = 1_000;
const AT_ONCE = 100;

/**
 * Calls `onDue` with the name of every aggregate whose deadline has passed, until its next commit has moved the
 * deadline: a rule holds by the stored instant, this only makes it known in time.
 */
export function sweepDeadlines(
  redis: Redis,
  service: string,
  store: DecisionStore,
  ownership: ShardOwnership,
  onDue: (name: string) => Promise<unknown>,
): { stop(): Promise<void> } {
  const sweepShard = async (shard: number): Promise<void> => {
    const tag = shardTag(service, shard);
    const due = await redis.zRangeByScore(`${tag}due`, '-inf', store.now(), {
      LIMIT: { offset: 0, count: AT_ONCE },
    });
    await Promise.all(due.map((key) => onDue(key.slice(tag.length))));
  };

  return every(SWEEP_MS, async () => {
    const results = await Promise.allSettled([...ownership.owned()].map(sweepShard));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) log.warn({ service, error: String(failed.reason) }, 'deadlines: will try again');
  });
}
