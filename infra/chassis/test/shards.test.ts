import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { trimFenced } from '../src/fenced.ts';
import { connectRedis, type Redis } from '../src/redis.ts';
import { ownShards, shardLeaseKey } from '../src/shards.ts';
import { SHARDS, shardTag } from '../src/store.ts';
import { brokers, eventually, namespace } from '../src/testing/brokers.ts';
import { freezable } from './frozen.ts';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(brokers().redis, 'decisions');
});
afterAll(() => redis.destroy());

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

test('who was frozen past its leases owns nothing when it wakes, and what it began before is refused', async () => {
  const service = namespace('frozen');
  const { redis: freezing, freeze, thaw } = freezable(redis);
  const gained: number[] = [];
  const first = await ownShards(freezing, service, 'a', (shard) => gained.push(shard));
  const [stream, token] = [`${shardTag(service, 7)}outbox`, first.tokenOf(7) as number];
  await redis.xAdd(stream, '1-0', { a: 'b' });
  freeze();
  const second = await ownShards(redis, service, 'b', () => {});
  await eventually('the other to have it all', () => {
    for (const shard of second.owned()) expect(first.owns(shard)).toBe(false);
    return second.owned().size === SHARDS;
  });
  expect([first.owned().size, first.tokenOf(7)]).toEqual([0, undefined]);
  expect(second.tokenOf(7)).toBeGreaterThan(token);
  expect(await trimFenced(redis, { key: shardLeaseKey(service, 7), token }, stream, '2-0')).toBe(false);
  expect(await redis.xLen(stream)).toBe(1);

  thaw();
  await eventually('an even share', () => first.owned().size === SHARDS / 2 && second.owned().size === SHARDS / 2);
  expect(gained.slice(SHARDS)).toEqual(expect.arrayContaining([...first.owned()]));
  for (const shard of first.owned()) expect(second.owns(shard)).toBe(false);
  await Promise.all([first.stop(), second.stop()]);
}, 30_000);
