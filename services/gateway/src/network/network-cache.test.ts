import { beforeEach, expect, test } from '@jest/globals';
import { type FeedHead, NetworkCache, type NetworkSource } from './network-cache.ts';

const head = (feed: string, digest: string): FeedHead => ({
  feed,
  digest,
  agencyName: 'A',
  timeZone: 'UTC',
  unit: { code: feed.slice(-1), validFrom: '2025-07-01' },
});
const all = () => true;
const only =
  (...codes: string[]) =>
  ({ unit }: FeedHead) =>
    codes.includes(unit?.code ?? '');

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
  const { json, versions } = await cache.body(all);
  expect(JSON.parse(json).feeds.map(({ feed }: { feed: string }) => feed)).toEqual(['feeds/a', 'feeds/b']);
  expect([...versions]).toEqual([
    ['feeds/a', '1'],
    ['feeds/b', '1'],
  ]);
});

test('a version is read once, a new version again', async () => {
  await Promise.all([cache.body(all), cache.body(all)]);
  heads = [head('feeds/a', '2'), head('feeds/b', '1')];
  const { json } = await cache.body(all);
  expect(asked).toEqual(['heads', 'feeds/a 1', 'feeds/b 1', 'heads', 'feeds/a 2']);
  expect(JSON.parse(json).feeds[0]).toEqual({ feed: 'feeds/a', digest: '2' });
});

test('the last network is served while the source is away', async () => {
  const before = await cache.body(all);
  broken = true;
  expect(await cache.body(all)).toBe(before);
  expect(complaints).toHaveLength(1);
});

test('what was never read is refused, and read when the source is back', async () => {
  broken = true;
  await expect(cache.body(all)).rejects.toThrow('no answer');
  broken = false;
  expect((await cache.body(all)).versions.size).toBe(2);
});

test('a feed that could not be read is asked for again', async () => {
  await cache.body(all);
  heads = [head('feeds/a', '2')];
  const reads = cache.body(all);
  broken = true;
  expect((await reads).versions.get('feeds/a')).toBe('1');
  broken = false;
  expect((await cache.body(all)).versions.get('feeds/a')).toBe('2');
  expect(asked.filter((ask) => ask === 'feeds/a 2')).toHaveLength(2);
});

test('each is told of the feeds that it sees, put together once for all who see the same', async () => {
  const [a, b, both] = await Promise.all([only('a'), only('b'), only('a', 'b')].map((sees) => cache.body(sees)));
  expect(JSON.parse(a?.json ?? '')).toEqual({ feeds: [{ feed: 'feeds/a', digest: '1' }] });
  expect([...(b?.versions ?? [])]).toEqual([['feeds/b', '1']]);
  expect(both?.versions.size).toBe(2);
  expect(await cache.body(only('a'))).toBe(a);
  expect((await cache.body(() => false)).json).toBe('{"feeds":[]}');
  heads = [head('feeds/a', '2'), head('feeds/b', '1')];
  expect((await cache.body(only('a'))).json).toBe('{"feeds":[{"feed":"feeds/a","digest":"2"}]}');
});

test('the sets of feeds that are kept are bounded', async () => {
  heads = Array.from({ length: 70 }, (_, at) => head(`feeds/${at}`, '1'));
  const nth = (at: number) => (one: FeedHead) => one.feed === `feeds/${at}`;
  const first = await cache.body(nth(0));
  for (let at = 1; at < 70; at++) await cache.body(nth(at));
  const again = await cache.body(nth(0));
  expect([again === first, again.json]).toEqual([false, first.json]);
});
