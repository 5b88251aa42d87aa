import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Clock, wallClock } from '../src/clock.ts';
import { connectRedis, type Redis } from '../src/redis.ts';
import type { Commit, DecisionStore } from '../src/store.ts';
import { redisStore } from '../src/store-redis.ts';
import { brokers, namespace } from '../src/testing/brokers.ts';
import { memoryStore } from '../src/testing/memory-store.ts';

let redis: Redis;
const service = namespace('store');
beforeAll(async () => {
  redis = await connectRedis(brokers().redis, 'decisions');
});
afterAll(() => redis.destroy());

const commitOf = (store: DecisionStore, over: Partial<Commit>): Commit => ({
  name: 'tallies/a',
  expectedVersion: 0,
  version: 1,
  patch: { count: 1 },
  records: [],
  answers: [],
  dueAt: undefined,
  decidedAt: store.now(),
  ...over,
});

describe.each<[string, () => DecisionStore]>([
  ['memory', () => memoryStore(wallClock)],
  ['redis', () => redisStore(redis, service, wallClock)],
])('%s store', (_kind, open) => {
  test('what is committed is loaded, field by field', async () => {
    const store = open();
    const name = `tallies/${namespace('a')}`;
    await store.load(name);
    const patch = { count: 1, label: 'một "hai"', list: [1, null], gone: true };
    expect(await store.commit(commitOf(store, { name, patch }))).toEqual({ status: 'committed' });
    const change = { name, expectedVersion: 1, version: 3, patch: { count: 2, gone: undefined } };
    expect(await store.commit(commitOf(store, change))).toEqual({ status: 'committed' });
    expect(await store.load(name)).toEqual({ version: 3, fields: { count: 2, label: 'một "hai"', list: [1, null] } });
  });

  test('an unknown aggregate is version 0 without fields', async () => {
    expect(await open().load('tallies/never')).toEqual({ version: 0, fields: {} });
  });

  test('a commit upon an old version changes nothing', async () => {
    const store = open();
    const name = `tallies/${namespace('b')}`;
    await store.load(name);
    await store.commit(commitOf(store, { name }));
    expect(await store.commit(commitOf(store, { name, patch: { count: 9 } }))).toEqual({ status: 'clash' });
    expect((await store.load(name)).fields).toEqual({ count: 1 });
  });

  test('a request that was answered gives its answer back and changes nothing', async () => {
    const store = open();
    const name = `tallies/${namespace('c')}`;
    await store.load(name);
    await store.commit(commitOf(store, { name, answers: [{ key: name, answer: 'first' }] }));
    const again = commitOf(store, {
      name,
      expectedVersion: 1,
      version: 2,
      patch: { count: 2 },
      answers: [
        { key: `${name}/new`, answer: 'new' },
        { key: name, answer: 'second' },
      ],
    });
    expect(await store.commit(again)).toEqual({ status: 'answered', answers: [undefined, 'first'] });
    expect(await store.load(name)).toEqual({ version: 1, fields: { count: 1 } });
  });

  test('an aggregate of many fields is committed whole', async () => {
    const store = open();
    const name = `tallies/${namespace('d')}`;
    await store.load(name);
    const patch = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`bay:${i}`, i]));
    expect(await store.commit(commitOf(store, { name, patch }))).toEqual({ status: 'committed' });
    expect((await store.load(name)).fields).toEqual(patch);
  });
});

test('replicas whose clocks are wrong decide by the time of the server', async () => {
  const wrong = (byMs: number): Clock => ({ ...wallClock, now: () => Date.now() + byMs });
  for (const byMs of [-90_000, 90_000]) {
    const store = redisStore(redis, service, wrong(byMs));
    const name = `tallies/${namespace('e')}`;
    // Never loaded, so the replica still believes its own clock.
    expect(await store.commit(commitOf(store, { name }))).toEqual({ status: 'skew' });
    expect(Math.abs(store.now() - Date.now())).toBeLessThan(5_000);
    expect(await store.commit(commitOf(store, { name }))).toEqual({ status: 'committed' });
  }
});

test('a replica whose clock is set while it runs goes on by the time of the server', async () => {
  let wrongMs = 0;
  const store = redisStore(redis, service, { ...wallClock, now: () => Date.now() + wrongMs });
  await store.load(`tallies/${namespace('g')}`);
  for (wrongMs of [90_000, -90_000]) expect(Math.abs(store.now() - Date.now())).toBeLessThan(5_000);
});

test('scripts are found again after the server has forgotten them', async () => {
  const store = redisStore(redis, service, wallClock);
  await store.load('tallies/f');
  await redis.scriptFlush();
  expect(await store.load('tallies/f')).toEqual({ version: 0, fields: {} });
});
