import { randomBytes } from 'node:crypto';
import { allow, CallerRights, Rights } from '@giaolo/chassis/access';
import { wallClock } from '@giaolo/chassis/clock';
import { accept, type Decision } from '@giaolo/chassis/decide';
import { Handler } from '@giaolo/chassis/handle';
import { principalIn } from '@giaolo/chassis/principal';
import { connectRedis, type Redis, runScript, type Script } from '@giaolo/chassis/redis';
import { digest, shardOf, shardTag } from '@giaolo/chassis/store';
import { redisStore } from '@giaolo/chassis/store-redis';
import { UnitTree } from '@giaolo/chassis/units';
import { type Bench, contest, type Row, rateOf } from './bench.ts';

const CALLERS = 200;
const DECISIONS = 20_000;
const EVENT = randomBytes(200);

type Tally = { readonly count?: number };
type Counted = { readonly type: 'Counted' };

const rights = new Rights(new UnitTree(), wallClock);

const count = (_tally: Tally, _command: null): Decision<Counted, never> => accept({ type: 'Counted' });

const unit = { code: '79', validFrom: '2025-07-01' };
const principal = principalIn(unit, 'user:bench', 'operator');

/** The least that a decision needs, in one script per command: load, count, write state, event and answer. */
const BARE: Script = {
  source: `
if redis.call('EXISTS', KEYS[3]) == 1 then return redis.call('GET', KEYS[3]) end
local state = redis.call('HGETALL', KEYS[1])
local count = 0
for i = 1, #state, 2 do if state[i] == 'count' then count = tonumber(state[i + 1]) end end
redis.call('HSET', KEYS[1], 'count', count + 1, '@version', count + 1)
redis.call('XADD', KEYS[2], '*', 't', ARGV[1], 'k', ARGV[2], 'v', ARGV[3], 's', count + 1)
redis.call('SET', KEYS[3], count + 1, 'EX', 86400)
return count + 1
`,
};

async function compare(redis: Redis, metric: string, keys: number): Promise<Row> {
  const service = `bench-${randomBytes(4).toString('hex')}`;
  let run = 0;
  const handler = new Handler<Tally, Counted>(
    {
      entity: 'tallies',
      evolve: (tally) => ({ count: (tally.count ?? 0) + 1 }),
      unitOf: () => unit,
      stateTopic: { name: 'bench.tally.state.v1' },
      announce: (_event, _after, name) => ({ topic: 'bench.tally.counted.v1', key: name, value: EVENT }),
    },
    redisStore(redis, service, wallClock),
  );
  const ours = (i: number) => {
    const authority = new CallerRights(rights, principal, allow('operator'));
    const caller = { principal, authority, method: 'Count', requestId: `${run}-${i}` };
    return handler.handle(`t${i % keys}`, count, null, caller, (tally) => tally.count ?? 0);
  };
  const bare = (i: number) => {
    const name = `bare/t${i % keys}`;
    const tag = shardTag(service, shardOf(name));
    const request = `${tag}request/${digest(`user:bench\nCount\n${run}-${i}`)}`;
    return runScript(redis, BARE, [tag + name, `${tag}outbox`, request], ['bench.tally.counted.v1', name, EVENT]);
  };
  const what = { bench: 'decisions', metric, unit: 'decisions/s', baseline: 'bare Lua load + commit', n: DECISIONS };
  const round = (decide: (i: number) => Promise<unknown>) => () => {
    run++;
    return rateOf(DECISIONS, CALLERS, decide);
  };
  return contest(what, round(ours), round(bare));
}

export const decisions: Bench = {
  name: 'decisions',
  about: `decisions through handle beside a bare Lua script, ${CALLERS} callers, appendfsync always (telemetry off)`,
  async run({ redis: url }) {
    const redis = await connectRedis(url, 'decisions');
    const rows = [await compare(redis, 'many keys', 1_000), await compare(redis, 'one hot key', 1)];
    redis.destroy();
    return rows;
  },
};
