import { judgedBefore } from '@giaolo/chassis/access';
import type { Clock } from '@giaolo/chassis/clock';
import { sweepDeadlines } from '@giaolo/chassis/deadlines';
import { applyPatch } from '@giaolo/chassis/decide';
import { Handler } from '@giaolo/chassis/handle';
import { connectRedis, type Redis } from '@giaolo/chassis/redis';
import { type DecisionStore, SHARDS } from '@giaolo/chassis/store';
import { redisStore } from '@giaolo/chassis/store-redis';
import { brokers, eventually, namespace } from '@giaolo/chassis/testing/brokers';
import { memoryStore } from '@giaolo/chassis/testing/memory-store';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lotSpec } from '../src/adapters/lot-spec.ts';
import { expireHolds } from '../src/lot/expire-holds.ts';
import { evolve, type Lot } from '../src/lot/lot.ts';
import { openLot } from '../src/lot/open-lot.ts';
import { reserveSpace } from '../src/lot/reserve-space.ts';
import { min } from './builders.ts';
import { acts, histories, type Step } from './histories.ts';
import { operator } from './people.ts';

let now = 0;
const clock: Clock = { kind: 'rate', now: () => now, observe: () => {} };
const service = namespace('parking');
const caller = { principal: operator, authority: judgedBefore, createsIn: operator.unit, method: 'contract' };
let redis: Redis;
let lots = 0;

beforeAll(async () => {
  redis = await connectRedis(brokers().redis, 'decisions');
});

afterAll(async () => {
  for await (const keys of redis.scanIterator({ MATCH: `{${service}:*` })) if (keys.length > 0) await redis.del(keys);
  await redis.close();
});

const handlerOn = (store: DecisionStore) => new Handler(lotSpec, store);

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

test('the deadline of a lot is found when it has come, and not after it was met', async () => {
  const store = redisStore(redis, service, clock);
  const lotsOfRedis = handlerOn(store);
  const reserve = { reservationId: 'a', holder: 'user:an', arriveBy: now + min(5) };
  const place = { displayName: 'Bãi xe', latitude: 10, longitude: 107, unit: { code: '77', validFrom: '2025-07-01' } };
  await lotsOfRedis.handle('due', openLot, { ...place, capacity: 1, bayIds: [] }, caller, () => null);
  await lotsOfRedis.handle('due', reserveSpace, reserve, caller, () => null);
  const due: string[] = [];
  const everyShard = new Set(Array.from({ length: SHARDS }, (_, shard) => shard));
  let sweeps = 0;
  const owned = () => {
    sweeps++;
    return everyShard;
  };
  const twoSweeps = () => {
    const before = sweeps;
    return eventually('two more sweeps', () => sweeps >= before + 2);
  };
  const ownership = { owned, owns: () => true, tokenOf: () => 1, stop: async () => {} };
  const sweeper = sweepDeadlines(redis, service, clock, ownership, async (name) => {
    due.push(name);
    await lotsOfRedis.handle(name.slice('lots/'.length), expireHolds, null, caller, () => null);
  });
  now += min(5) - 1;
  await twoSweeps();
  expect(due).not.toContain('lots/due');
  now += 1;
  await eventually('the lot is due', () => due.includes('lots/due'));
  await twoSweeps();
  await sweeper.stop();
  expect(due.filter((name) => name === 'lots/due')).toEqual(['lots/due']);
});
