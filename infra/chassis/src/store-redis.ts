import type { Clock, Instant } from './clock.ts';
import { packRecords } from './committed.ts';
import type { Json } from './decide.ts';
import { failpoint } from './failpoint.ts';
import { type Redis, runScript, type Script } from './redis.ts';
import { type Commit, type CommitResult, type DecisionStore, type Loaded, SHARDS, shardOf, shardTag } from './store.ts';

export const VERSION_FIELD = '@version';
const ANSWER_TTL_SECONDS = 24 * 3600;
/** How far a decision's time may stand from the server's. */
const SKEW_LIMIT_MS = 500;

// KEYS: state, outbox, deadlines, answers...
// ARGV: expected version, new version, decided at ('' = not compared), due at ('' = none, '-' = never has any),
//       count of set pairs * 2, pairs..., count of deleted, fields..., packed records ('' = none), answers...
// Few calls and few arguments: with `appendfsync always` this script is what bounds the decisions per second.
const COMMIT: Script = {
  source: `
local taken, found = {}, false
for i = 4, #KEYS do
  local answer = redis.call('GET', KEYS[i])
  taken[i - 3] = answer
  if answer then found = true end
end
if found then return {'answered', unpack(taken, 1, #KEYS - 3)} end
if (redis.call('HGET', KEYS[1], '${VERSION_FIELD}') or '0') ~= ARGV[1] then return {'clash'} end
if ARGV[3] ~= '' then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  if math.abs(now - ARGV[3]) > ${SKEW_LIMIT_MS} then return {'skew', now} end
end
local at = 5
local count = tonumber(ARGV[at])
if ARGV[2] ~= ARGV[1] then
  local first = math.min(at + count, at + 1000)
  redis.call('HSET', KEYS[1], '${VERSION_FIELD}', ARGV[2], unpack(ARGV, at + 1, first))
  for i = first + 1, at + count, 1000 do
    redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 999, at + count)))
  end
  if ARGV[4] == '' then redis.call('ZREM', KEYS[3], KEYS[1])
  elseif ARGV[4] ~= '-' then redis.call('ZADD', KEYS[3], ARGV[4], KEYS[1]) end
end
at = at + count + 1
count = tonumber(ARGV[at])
if ARGV[2] ~= ARGV[1] then
  for i = at + 1, at + count, 1000 do
    redis.call('HDEL', KEYS[1], unpack(ARGV, i, math.min(i + 999, at + count)))
  end
end
at = at + count + 1
if ARGV[at] ~= '' then redis.call('XADD', KEYS[2], '*', 'c', ARGV[at]) end
for i = 4, #KEYS do redis.call('SET', KEYS[i], ARGV[at + i - 3], 'EX', '${ANSWER_TTL_SECONDS}') end
return {'committed'}
`,
};

const LOAD: Script = {
  source: `
local time = redis.call('TIME')
return {time[1] * 1000 + math.floor(time[2] / 1000), redis.call('HGETALL', KEYS[1])}
`,
};

/** Keys of one service's shards, made once: string building shows in the profile of a commit. */
export function shardKeys(service: string) {
  return Array.from({ length: SHARDS }, (_, shard) => {
    const tag = shardTag(service, shard);
    return { tag, outbox: `${tag}outbox`, due: `${tag}due` };
  });
}

/** Decisions in Redis; `appendfsync always` on the server makes an acknowledged commit durable. */
export function redisStore(redis: Redis, service: string, clock: Clock): DecisionStore {
  const keys = shardKeys(service);
  const onWallTime = clock.kind === 'wall';
  // Between two replies of the server time goes on by a clock that nobody can set.
  const elapsed = onWallTime ? () => performance.now() : () => clock.now();
  let offset = clock.now() - elapsed();
  const now = (): Instant => Math.floor(elapsed() + offset);
  // A late reply only makes the offset wrong by its delay, which the next commit finds out.
  const follow = (serverNow: unknown) => {
    if (onWallTime) offset = Number(serverNow) - elapsed();
  };

  return {
    now,
    async load(name): Promise<Loaded> {
      const key = `${keys[shardOf(name)]?.tag}${name}`;
      const [serverNow, flat] = (await runScript(redis, LOAD, [key], [])) as [number, string[]];
      follow(serverNow);
      return parseHash(flat);
    },
    async commit(commit): Promise<CommitResult> {
      const shard = keys[shardOf(commit.name)] as (typeof keys)[number];
      const scriptKeys = [`${shard.tag}${commit.name}`, shard.outbox, shard.due];
      for (const { key } of commit.answers) scriptKeys.push(`${shard.tag}request/${key}`);
      const reply = (await runScript(redis, COMMIT, scriptKeys, commitArguments(commit, onWallTime))) as unknown[];
      failpoint('commit.after-script');
      const status = reply[0] as CommitResult['status'];
      if (status === 'answered')
        return { status, answers: (reply.slice(1) as (string | null)[]).map((answer) => answer ?? undefined) };
      if (status === 'skew') follow(reply[1]);
      return { status };
    },
  };
}

function parseHash(flat: string[]): Loaded {
  const fields: Record<string, Json> = {};
  let version = 0;
  for (let i = 0; i < flat.length; i += 2) {
    const [field, value] = [flat[i] as string, flat[i + 1] as string];
    if (field === VERSION_FIELD) version = Number(value);
    else fields[field] = JSON.parse(value);
  }
  return { version, fields };
}

function commitArguments(commit: Commit, compareTime: boolean): (string | Buffer)[] {
  const set: string[] = [];
  const deleted: string[] = [];
  for (const field in commit.patch) {
    const value = commit.patch[field];
    if (value === undefined) deleted.push(field);
    else set.push(field, JSON.stringify(value));
  }
  const args: (string | Buffer)[] = [
    String(commit.expectedVersion),
    String(commit.version),
    compareTime ? String(commit.decidedAt) : '',
    commit.dueAt === 'never' ? '-' : String(commit.dueAt ?? ''),
    String(set.length),
    ...set,
    String(deleted.length),
    ...deleted,
    commit.records.length > 0 ? asBuffer(packRecords(commit.records)) : '',
  ];
  for (const { answer } of commit.answers) args.push(answer);
  return args;
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
