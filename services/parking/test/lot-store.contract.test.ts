import type { Clock } from '@giaolo/chassis/clock';
import { applyPatch } from '@giaolo/chassis/decide';
import { announcement, Handler } from '@giaolo/chassis/handle';
import { connectRedis, type Redis } from '@giaolo/chassis/redis';
import { type DecisionStore, shardOf, shardTag } from '@giaolo/chassis/store';
import { redisStore } from '@giaolo/chassis/store-redis';
import { brokers, namespace } from '@giaolo/chassis/testing/brokers';
import { memoryStore } from '@giaolo/chassis/testing/memory-store';
import { lotChanged } from '@giaolo/topics/topics';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lotChangedMessage } from '../src/adapters/wire.ts';
import { evolve, type Lot, type LotEvent, nextDeadline } from '../src/lot/lot.ts';
import { min } from './builders.ts';
import { acts, histories, type Step } from './histories.ts';
import { operator } from './people.ts';

let now = 0;
const clock: Clock = { kind: 'rate', now: () => now, observe: () => {} };
const service = namespace('parking');
const caller = { principal: operator, method: 'contract' };
let redis: Redis;
let lots = 0;

beforeAll(async () => {
  redis = await connectRedis(brokers().redis, 'decisions');
});

afterAll(async () => {
  for await (const keys of redis.scanIterator({ MATCH: `{${service}:*` })) if (keys.length > 0) await redis.del(keys);
  await redis.close();
});

const handlerOn = (store: DecisionStore) =>
  new Handler<Lot, LotEvent>(
    {
      entity: 'lots',
      evolve,
      nextDeadline,
      announce: (event, after, name, at) => announcement(lotChanged, name, lotChangedMessage(event, after, name, at)),
    },
    store,
  );

/** What the rules alone make of a history. */
function expected(history: readonly Step[]): Lot {
  const lot = {} as Lot;
  let at = min(60);
  for (const step of history) {
    at += step.after;
    const decision = acts[step.does](lot, step, at);
    if (decision.accepted) for (const event of decision.events) applyPatch(lot, evolve(lot, event));
  }
  return JSON.parse(JSON.stringify(lot));
}

describe.each([
  ['in memory', () => memoryStore(clock)],
  ['in Redis', () => redisStore(redis, service, clock)],
])('a lot kept %s', (_, open) => {
  test('is what its history made of it, whoever decides next', async () => {
    const property = fc.asyncProperty(histories(40), async (history) => {
      const store = open();
      // The second knows nothing, or something old, when its turn comes.
      const replicas = [handlerOn(store), handlerOn(store)] as const;
      const id = `lot-${++lots}`;
      now = min(60);
      for (const [i, step] of history.entries()) {
        now += step.after;
        await (i % 3 === 0 ? replicas[1] : replicas[0]).handle(id, acts[step.does], step, caller, () => null);
      }
      expect((await handlerOn(store).load(id)) ?? {}).toEqual(expected(history));
    });
    await fc.assert(property, { numRuns: 30 });
  });
});

test('Redis knows when a lot must decide by itself', async () => {
  const handler = handlerOn(redisStore(redis, service, clock));
  const dueAt = () => redis.zScore(`${shardTag(service, shardOf('lots/due'))}due`, 'lots/due');
  const step: Step = {
    does: 'open',
    after: 0,
    id: 'a',
    person: 'user:an',
    byOperator: false,
    ahead: min(5),
    capacity: 1,
    bayIds: [],
    bayId: '1',
    taken: false,
    vehicles: 0,
    lateness: 0,
  };
  const does = (act: Step['does']) => handler.handle('due', acts[act], step, caller, () => null);
  await does('open');
  expect(await dueAt()).toBeNull();
  await does('reserve');
  expect(await dueAt()).toBe(now + min(5));
  now += min(5);
  await does('sweep');
  expect(await dueAt()).toBeNull();
});
