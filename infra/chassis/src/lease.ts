import { type Redis, runScript, type Script } from './redis.ts';

/** Proof of ownership: a later owner's token is higher, so that a store can refuse what an earlier one still sends. */
export interface Lease {
  readonly key: string;
  readonly token: number;
}

// KEYS: lease, fence. ARGV: holder, address, ttl ms. The server's own clock ends a lease.
const TAKE: Script = {
  source: `
local held = redis.call('HMGET', KEYS[1], 'holder', 'token')
if held[1] and held[1] ~= ARGV[1] then return 0 end
local token = held[2] or redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'address', ARGV[2], 'token', token)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return tonumber(token)
`,
};

const RELEASE: Script = {
  source: `
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`,
};

/** Takes the lease, or renews it for the holder that has it; undefined when it is another's. */
export async function takeLease(
  redis: Redis,
  key: string,
  holder: string,
  address: string,
  ttlMs: number,
): Promise<Lease | undefined> {
  const token = Number(await runScript(redis, TAKE, [key, `${key}:fence`], [holder, address, String(ttlMs)]));
  return token === 0 ? undefined : { key, token };
}

export async function releaseLease(redis: Redis, key: string, holder: string): Promise<void> {
  await runScript(redis, RELEASE, [key], [holder]);
}
