import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { releaseLease, takeLease } from '../src/lease.ts';
import { connectRedis, type Redis } from '../src/redis.ts';
import { ownShards } from '../src/shards.ts';
import { SHARDS } from '../src/store.ts';
import { brokers, eventually, namespace } from '../src/testing/brokers.ts';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(brokers().redis, 'decisions');
});
afterAll(() => redis.destroy());

test('a lease is one holder’s until it ends, and the next holder’s token is higher', async () => {
  const key = namespace('{lease}');
  const first = await takeLease(redis, key, 'a', 'a:1', 60_000);
  expect(await takeLease(redis, key, 'b', 'b:1', 60_000)).toBeUndefined();
  expect(await takeLease(redis, key, 'a', 'a:1', 60_000)).toEqual(first);
  await releaseLease(redis, key, 'b');
  expect(await takeLease(redis, key, 'b', 'b:1', 60_000)).toBeUndefined();
  await releaseLease(redis, key, 'a');
  const second = await takeLease(redis, key, 'b', 'b:1', 1);
  expect(second?.token).toBeGreaterThan(first?.token ?? 0);
  const third = await eventually('the end of the lease', () => takeLease(redis, key, 'a', 'a:1', 60_000));
  expect(third.token).toBeGreaterThan(second?.token ?? 0);
});

test('replicas share the shards evenly; what one leaves, the others take', async () => {
  const service = namespace('shards');
  const gained: number[] = [];
  const first = await ownShards(redis, service, 'a', (shard) => gained.push(shard));
  expect(first.owned().size).toBe(SHARDS);
  expect(new Set(gained).size).toBe(SHARDS);
  const second = await ownShards(redis, service, 'b', () => {});
  const both = () => [...first.owned(), ...second.owned()];
  await eventually('an even share', () => first.owned().size === SHARDS / 2 && second.owned().size === SHARDS / 2);
  expect(new Set(both()).size).toBe(SHARDS);
  await second.stop();
  await eventually('the rest to come back', () => first.owned().size === SHARDS);
  await first.stop();
}, 30_000);
