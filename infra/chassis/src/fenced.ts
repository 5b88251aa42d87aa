import { type Fence, HELD } from './lease.ts';
import { type Redis, runScript, type Script } from './redis.ts';

/**
 * A script that runs only under a lease that is still valid. Its KEYS and ARGV are as `runFenced` is given them; it may
 * use `now`, the server's time in ms.
 */
export const fenced = (source: string): Script => ({
  source: `${HELD}
local by = held(table.remove(KEYS))
if not by or by[1] ~= table.remove(ARGV) then return {0} end
local function act() ${source}
end
return {1, act()}
`,
});

export type Fenced = { readonly stale: true } | { readonly stale: false; readonly reply: unknown };

/** Stale = nothing was done: the lease has ended or is another's. The keys and the lease's share a hash tag. */
export async function runFenced(
  redis: Redis,
  script: Script,
  { key, token }: Fence,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): Promise<Fenced> {
  const [done, reply] = (await runScript(redis, script, [...keys, key], [...args, String(token)])) as [0 | 1, unknown];
  return done === 1 ? { stale: false, reply } : { stale: true };
}

const TRIM = fenced(`return redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])`);

/** Removes what stands before `minId` in a stream; false, and nothing removed, when the owner's time is over. */
export async function trimFenced(redis: Redis, fence: Fence, stream: string, minId: string): Promise<boolean> {
  return !(await runFenced(redis, TRIM, fence, [stream], [minId])).stale;
}
