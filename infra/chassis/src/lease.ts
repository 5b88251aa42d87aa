import type { Instant } from './clock.ts';
import { demand } from './demand.ts';
import { type Redis, runScript, type Script } from './redis.ts';

/** Shows which ownership something is done under. Later owners of the key have higher tokens, for ever. */
export interface Fence {
  readonly key: string;
  readonly token: number;
}

/** A lease as its holder knows it. */
export interface Lease extends Fence {
  readonly holder: string;
  /** By the server's clock. */
  readonly expiresAt: Instant;
  /** Up to here on `performance.now()` of this process, which is never later than `expiresAt`. */
  readonly goodUntil: number;
}

/** A lease as everybody sees it. Never shown without being valid at the time of reading. */
export interface LeaseRecord {
  readonly holder: string;
  /** Where the holder is reached, such as `10.0.3.7:7001`; may be empty. */
  readonly address: string;
  readonly token: number;
  readonly rank: number;
  readonly expiresAt: Instant;
  /** What the lease is about, for people and rules; may be empty. */
  readonly scope: string;
  readonly reason: string;
}

export interface Terms {
  readonly holder: string;
  readonly ttlMs: number;
  readonly address?: string | undefined;
  /** Who may seize it: only a higher one. 0 when not given. */
  readonly rank?: number | undefined;
  /** At most 200 characters each. */
  readonly scope?: string | undefined;
  readonly reason?: string | undefined;
}

export type Taken =
  /** `from` lost it by this: its holder does not know yet. */
  | { readonly status: 'granted'; readonly lease: Lease; readonly from: LeaseRecord | undefined }
  | { readonly status: 'held'; readonly by: LeaseRecord; readonly now: Instant };

export type Kept =
  | { readonly status: 'granted'; readonly lease: Lease }
  /** The token is not that of a valid lease (any more); `by` has it now, if anybody. */
  | { readonly status: 'lost'; readonly by: LeaseRecord | undefined; readonly now: Instant };

export type Released = { readonly status: 'released' } | Extract<Kept, { readonly status: 'lost' }>;

/**
 * Lua: `now` in ms and `held(key)`, the valid record or nothing. A record is judged by the instant that stands in it;
 * Redis removes it later, for tidiness only.
 */
export const HELD = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function held(key)
  local r = redis.call('HMGET', key, 'token', 'expires', 'rank', 'holder', 'address', 'scope', 'reason')
  if r[2] and tonumber(r[2]) > now then return r end
end
`;

// A token is the highest so far plus one, and at least the server's time in µs: no two grants run within one µs, so
// tokens never run ahead of time, and after a loss of all data they go on above all that was ever granted.
const GRANT = `${HELD}
local function exact(number) return string.format('%.0f', number) end
local function keep(key, ttl)
  local expires = now + ttl
  redis.call('HSET', key, 'expires', exact(expires))
  redis.call('PEXPIRE', key, ttl + 60000)
  return expires
end
local function grant(key, fence, token, ttl, record)
  if not token then
    local last = math.max(redis.call('GET', fence) or 0, redis.call('HGET', key, 'token') or 0)
    token = exact(math.max(last + 1, time[1] * 1000000 + time[2]))
    redis.call('SET', fence, token)
  end
  redis.call('HSET', key, 'token', token, unpack(record))
  return {1, now, token, exact(keep(key, ttl))}
end
`;

// KEYS: lease, fence. ARGV: holder, ttl ms, address, rank, scope, reason, 1 = seize.
const TAKE: Script = {
  source: `${GRANT}
local by = held(KEYS[1])
local own = by and by[4] == ARGV[1]
if by and not own and not (ARGV[7] == '1' and tonumber(ARGV[4]) > tonumber(by[3])) then return {0, now, unpack(by)} end
local record = {'holder', ARGV[1], 'address', ARGV[3], 'rank', ARGV[4], 'scope', ARGV[5], 'reason', ARGV[6]}
local reply = grant(KEYS[1], KEYS[2], own and by[1], tonumber(ARGV[2]), record)
if by and not own then for i = 1, 7 do reply[4 + i] = by[i] end end
return reply
`,
};

// What is done by token. KEYS: lease, fence. ARGV: token...
const byToken = (act: string): Script => ({
  source: `${GRANT}
local by = held(KEYS[1])
if not by or by[1] ~= ARGV[1] then return {0, now, unpack(by or {})} end
${act}`,
});
const RENEW = byToken(`return {1, now, by[1], exact(keep(KEYS[1], tonumber(ARGV[2])))}`);
const TRANSFER = byToken(
  `return grant(KEYS[1], KEYS[2], nil, tonumber(ARGV[2]), {'holder', ARGV[3], 'address', ARGV[4], 'rank', ARGV[5]})`,
);
const RELEASE = byToken(`redis.call('DEL', KEYS[1]); return {1, now}`);

const READ: Script = { source: `${HELD} return {0, now, unpack(held(KEYS[1]) or {})}` };

/**
 * Takes the lease if it is free. For the holder that has it already this renews it under the same token, with the terms
 * given now. Throws ServiceError: REQUEST_INVALID for texts that are too long, and what Redis is at fault for, as all here do.
 */
export const take = (redis: Redis, key: string, terms: Terms): Promise<Taken> => takeOrSeize(redis, key, terms, false);

/** Takes the lease also from a holder of lower rank; an equal or higher one keeps it. */
export const seize = (redis: Redis, key: string, terms: Terms): Promise<Taken> => takeOrSeize(redis, key, terms, true);

async function takeOrSeize(redis: Redis, key: string, terms: Terms, seizing: boolean): Promise<Taken> {
  const { holder, ttlMs, address = '', rank = 0, scope = '', reason = '' } = terms;
  demand({ scope: isShort(scope), reason: isShort(reason) });
  const asked = performance.now();
  const args = [holder, String(ttlMs), address, String(rank), scope, reason, seizing ? '1' : '0'];
  const reply = await run(redis, TAKE, key, args);
  if (reply[0] === 0) return { status: 'held', by: recordOf(reply, 2) as LeaseRecord, now: reply[1] };
  return { status: 'granted', lease: leaseOf(reply, key, holder, asked, ttlMs), from: recordOf(reply, 4) };
}

/** Keeps what is held for `ttlMs` from now. A lease that has ended is not revived, even if nobody else took it. */
export async function renew(redis: Redis, { key, token, holder }: Lease, ttlMs: number): Promise<Kept> {
  const asked = performance.now();
  const reply = await run(redis, RENEW, key, [String(token), String(ttlMs)]);
  return reply[0] === 0 ? lost(reply) : { status: 'granted', lease: leaseOf(reply, key, holder, asked, ttlMs) };
}

/** Gives what is held to another, under a new token; the receiver gets at it by `take`. Scope and reason stay. */
export async function transfer(
  redis: Redis,
  { key, token }: Fence,
  to: Omit<Terms, 'scope' | 'reason'>,
): Promise<Kept> {
  const { holder, ttlMs, address = '', rank = 0 } = to;
  const asked = performance.now();
  const reply = await run(redis, TRANSFER, key, [String(token), String(ttlMs), holder, address, String(rank)]);
  return reply[0] === 0 ? lost(reply) : { status: 'granted', lease: leaseOf(reply, key, holder, asked, ttlMs) };
}

export async function release(redis: Redis, { key, token }: Fence): Promise<Released> {
  const reply = await run(redis, RELEASE, key, [String(token)]);
  return reply[0] === 0 ? lost(reply) : { status: 'released' };
}

/** Who holds the lease now, by the server's clock. */
export async function read(redis: Redis, key: string): Promise<LeaseRecord | undefined> {
  return recordOf(await run(redis, READ, key, []), 2);
}

type Reply = [granted: 0 | 1, now: Instant, ...rest: string[]];

const run = async (redis: Redis, script: Script, key: string, args: string[]): Promise<Reply> =>
  (await runScript(redis, script, [key, `${key}:fence`], args)) as Reply;

const isShort = (text: string) => [text.length <= 200, 'must have at most 200 characters'] as const;

const lost = (reply: Reply) => ({ status: 'lost', by: recordOf(reply, 2), now: reply[1] }) as const;

// Counted from before the request, and a little less: the clocks of two machines do not run equally fast.
const leaseOf = (reply: Reply, key: string, holder: string, asked: number, ttlMs: number): Lease => ({
  key,
  token: Number(reply[2]),
  holder,
  expiresAt: Number(reply[3]),
  goodUntil: asked + ttlMs * 0.99 - 1,
});

function recordOf(reply: Reply, from: number): LeaseRecord | undefined {
  const [token, expires, rank, holder = '', address = '', scope = '', reason = ''] = reply.slice(from) as string[];
  if (token === undefined) return undefined;
  return { holder, address, token: Number(token), rank: Number(rank), expiresAt: Number(expires), scope, reason };
}
