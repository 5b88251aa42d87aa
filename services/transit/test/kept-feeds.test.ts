import { randomBytes } from 'node:crypto';
import { wallClock } from '@giaolo/chassis/clock';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { connectRedis, type Redis } from '@giaolo/chassis/redis';
import { brokers, createTopics, namespace } from '@giaolo/chassis/testing/brokers';
import { feedArchived } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FeedArchive, redisFeedArchive } from '../src/adapters/feed-archive.ts';
import { keptFeedArchive, partsIn } from '../src/adapters/kept-feeds.ts';

const prefix = `${namespace('feeds')}.`;
const feed = `feeds/${namespace('f')}`;
const bus = openKafkaBus({
  service: 'transit',
  brokers: brokers().kafka,
  clock: wallClock,
  topicPrefix: prefix,
  produces: [feedArchived],
  consumes: [feedArchived],
});

let redis: Redis;
let near: FeedArchive;
let archive: FeedArchive;
beforeAll(async () => {
  await createTopics([prefix + feedArchived.name], 1);
  redis = await connectRedis(brokers().redis, 'decisions');
  near = redisFeedArchive(redis);
  archive = keptFeedArchive(near, bus.publisher, partsIn(prefix, brokers().kafka, 'test'));
});
afterAll(async () => {
  redis?.destroy();
  await bus.close();
});

async function lose(): Promise<void> {
  for await (const keys of redis.scanIterator({ MATCH: `{transit:feeds}${feed}/*` }))
    if (keys.length) await redis.del(keys);
}

test('a zip that Redis has lost comes back from Kafka, byte by byte, and is in Redis again', async () => {
  const [zip, other] = [randomBytes(1_300_000), randomBytes(100)];
  await archive.put(feed, 'one', zip);
  await archive.put(feed, 'two', other);
  expect(await archive.get(feed, 'one')).toEqual(zip);
  await lose();
  expect(await near.get(feed, 'one')).toBeUndefined();
  expect(await archive.get(feed, 'one')).toEqual(zip);
  expect(await near.get(feed, 'one')).toEqual(zip);
  expect(await archive.get(feed, 'two')).toEqual(other);
  expect(await archive.get(feed, 'none')).toBeUndefined();
}, 120_000);

test('a version that was replaced is kept by Redis for those who still load it, and no longer by Kafka', async () => {
  const zip = randomBytes(600_000);
  await archive.put(feed, 'old', zip);
  await archive.retire(feed, 'old');
  expect(await archive.get(feed, 'old')).toEqual(zip);
  await lose();
  expect(await archive.get(feed, 'old')).toBeUndefined();
}, 120_000);

test('a zip of which a part never came is none', async () => {
  const halfWay = keptFeedArchive(
    near,
    {
      send: async (records) =>
        records[0]?.key.endsWith('/1') ? Promise.reject(new Error('cut')) : bus.publisher.send(records),
    },
    partsIn(prefix, brokers().kafka, 'test'),
  );
  await expect(halfWay.put(feed, 'half', randomBytes(1_000_000))).rejects.toThrow('cut');
  expect(await archive.get(feed, 'half')).toBeUndefined();
}, 120_000);
