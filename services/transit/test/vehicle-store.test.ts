import { connectRedis, type Redis } from '@giaolo/chassis/redis';
import { brokers, namespace } from '@giaolo/chassis/testing/brokers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { redisVehicleStore } from '../src/adapters/vehicle-store.ts';

const prefix = `${namespace('vehicles')}.`;
const keys = ['feeds/a/vehicles/1', 'feeds/a/vehicles/2'];
const state = (at: number, tripId = 't') => ({
  at,
  places: [],
  predicted: { tripId, startDate: '20260101', routeId: 'r|1' },
});
let redis: Redis;

beforeAll(async () => {
  redis = await connectRedis(brokers().redisLive, 'live');
});
afterAll(async () => {
  await redis.del(keys.map((key) => `${prefix}transit:${key}`));
  redis.destroy();
});

test('what is remembered of a vehicle is the newest, whoever saves it last', async () => {
  const store = redisVehicleStore(redis, prefix);
  const [one, two] = keys as [string, string];
  await store.save(
    new Map([
      [one, state(2_000)],
      [two, state(5)],
    ]),
  );
  expect(await store.load(keys)).toEqual(
    new Map([
      [one, state(2_000)],
      [two, state(5)],
    ]),
  );
  // One that stood still comes with what others have gone on from.
  await store.save(
    new Map([
      [one, state(1_999, 'old')],
      [two, state(6, 'new')],
    ]),
  );
  expect(await store.load([...keys, 'feeds/a/vehicles/none'])).toEqual(
    new Map([
      [one, state(2_000)],
      [two, state(6, 'new')],
    ]),
  );
  // The same report again, read once more, may say more.
  await store.save(new Map([[one, state(2_000, 'again')]]));
  expect((await store.load(keys)).get(one)).toEqual(state(2_000, 'again'));
});
