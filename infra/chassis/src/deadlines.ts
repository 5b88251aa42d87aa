import type { Clock } from './clock.ts';
import { every } from './every.ts';
import { log } from './log.ts';
import { type Redis, runScript, type Script } from './redis.ts';
import type { ShardOwnership } from './shards.ts';
import { shardTag } from './store.ts';

const SWEEP_MS = 1_000;
const AT_ONCE = 100;

// KEYS: deadlines. ARGV: now, '' = the server's: a replica that nobody asks anything does not know that its clock is wrong.
const DUE: Script = {
  source: `
local now = ARGV[1]
if now == '' then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ${AT_ONCE})
`,
};

/**
 * Calls `onDue` with the name of every aggregate whose deadline has passed, until its next commit has moved the
 * deadline: a rule holds by the stored instant, this only makes it known in time.
 */
export function sweepDeadlines(
  redis: Redis,
  service: string,
  clock: Clock,
  ownership: ShardOwnership,
  onDue: (name: string) => Promise<unknown>,
): { stop(): Promise<void> } {
  const sweepShard = async (shard: number): Promise<void> => {
    const tag = shardTag(service, shard);
    const now = clock.kind === 'wall' ? '' : String(clock.now());
    const due = (await runScript(redis, DUE, [`${tag}due`], [now])) as string[];
    await Promise.all(due.map((key) => onDue(key.slice(tag.length))));
  };

  return every(SWEEP_MS, async () => {
    const results = await Promise.allSettled([...ownership.owned()].map(sweepShard));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) log.warn({ service, error: String(failed.reason) }, 'deadlines: will try again');
  });
}
