import { beforeEach, expect, test } from '@jest/globals';
import { type FeedHead, NetworkCache, type NetworkSource } from './network-cache.ts';

const head = (feed: string, digest: string): FeedHead => ({ feed, digest, agencyName: 'A', timeZone: 'UTC' });

let heads: FeedHead[];
let asked: string[];
let broken: boolean;
let complaints: unknown[];
let cache: NetworkCache;

beforeEach(() => {
  heads = [head('feeds/b', '1'), head('feeds/a', '1')];
  asked = [];
  broken = false;
  complaints = [];
  const source: NetworkSource = {
    heads: async () => {
      asked.push('heads');
      if (broken) throw new Error('no answer');
      return [...heads];
    },
    read: async ({ feed, digest }) => {
      asked.push(`${feed} ${digest}`);
      if (broken) throw new Error('no answer');
      return { feed, digest };
    },
  };
  cache = new NetworkCache(source, (error) => complaints.push(error));
});

test('feeds stand in the order of their names', async () => {
  const { json, versions } = await cache.body();
  expect(JSON.parse(json).feeds.map(({ feed }: { feed: string }) => feed)).toEqual(['feeds/a', 'feeds/b']);
  expect([...versions]).toEqual([
    ['feeds/a', '1'],
    ['feeds/b', '1'],
  ]);
});

test('a version is read once, a new version again', async () => {
  await Promise.all([cache.body(), cache.body()]);
  heads = [head('feeds/a', '2'), head('feeds/b', '1')];
  const { json } = await cache.body();
  expect(asked).toEqual(['heads', 'feeds/a 1', 'feeds/b 1', 'heads', 'feeds/a 2']);
  expect(JSON.parse(json).feeds[0]).toEqual({ feed: 'feeds/a', digest: '2' });
});

test('the last network is served while the source is away', async () => {
  const before = await cache.body();
  broken = true;
  expect(await cache.body()).toBe(before);
  expect(complaints).toHaveLength(1);
});

test('what was never read is refused, and read when the source is back', async () => {
  broken = true;
  await expect(cache.body()).rejects.toThrow('no answer');
  broken = false;
  expect((await cache.body()).versions.size).toBe(2);
});

test('a feed that could not be read is asked for again', async () => {
  await cache.body();
  heads = [head('feeds/a', '2')];
  const reads = cache.body();
  broken = true;
  expect((await reads).versions.get('feeds/a')).toBe('1');
  broken = false;
  expect((await cache.body()).versions.get('feeds/a')).toBe('2');
  expect(asked.filter((ask) => ask === 'feeds/a 2')).toHaveLength(2);
});
