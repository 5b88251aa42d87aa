import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { fenced, runFenced, trimFenced } from '../src/fenced.ts';
import { type Kept, type Lease, read, release, renew, seize, type Taken, take, transfer } from '../src/lease.ts';
import { connectRedis, type Redis } from '../src/redis.ts';
import { brokers, eventually, namespace } from '../src/testing/brokers.ts';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(brokers().redis, 'decisions');
});
afterAll(() => redis.destroy());
afterEach(() => {
  jest.restoreAllMocks();
});

const HOUR = 3_600_000;
const newKey = () => `{${namespace('lease')}}junctions/1`;
const of = (holder: string, rank = 0, ttlMs = HOUR) => ({ holder, rank, ttlMs, address: `${holder}:7001` });

function granted(result: Taken | Kept): Lease {
  if (result.status !== 'granted') throw new Error(`not granted: ${JSON.stringify(result)}`);
  return result.lease;
}

/** As if its time had come: the record stands there still, Redis has not removed it. */
const runOut = (key: string) => redis.hSet(key, 'expires', '1');

test('a lease is one holder’s; others are told whose, where, why and until when', async () => {
  const key = newKey();
  const lease = granted(await take(redis, key, { ...of('an', 2), scope: 'one junction', reason: 'sửa đường' }));
  const record = {
    holder: 'an',
    address: 'an:7001',
    token: lease.token,
    rank: 2,
    expiresAt: lease.expiresAt,
    scope: 'one junction',
    reason: 'sửa đường',
  };
  expect(await take(redis, key, of('binh', 9))).toMatchObject({ status: 'held', by: record });
  expect(await read(redis, key)).toEqual(record);
  expect(await read(redis, newKey())).toBeUndefined();
});

test('its holder takes it again under the same token; after its end everybody gets a higher one', async () => {
  const key = newKey();
  const first = granted(await take(redis, key, of('an')));
  const again = granted(await take(redis, key, of('an')));
  expect(again.token).toBe(first.token);
  expect(again.expiresAt).toBeGreaterThanOrEqual(first.expiresAt);
  await runOut(key);
  const second = granted(await take(redis, key, of('an')));
  expect(second.token).toBeGreaterThan(first.token);
  expect(await release(redis, second)).toEqual({ status: 'released' });
  expect(await read(redis, key)).toBeUndefined();
  expect(granted(await take(redis, key, of('binh'))).token).toBeGreaterThan(second.token);
});

test('a lease ends by itself, and is not renewed after that', async () => {
  const key = newKey();
  const lease = granted(await take(redis, key, of('an', 0, 50)));
  await eventually('its end', async () => (await read(redis, key)) === undefined);
  expect(await renew(redis, lease, HOUR)).toMatchObject({ status: 'lost', by: undefined });
  expect(await release(redis, lease)).toMatchObject({ status: 'lost' });
});

test('the record alone says when a lease ends; Redis only tidies up', async () => {
  const key = newKey();
  const lease = granted(await take(redis, key, of('an')));
  expect(await redis.pTTL(key)).toBeGreaterThan(HOUR);
  await runOut(key);
  expect(await redis.exists(key)).toBe(1);
  expect(await read(redis, key)).toBeUndefined();
  expect((await renew(redis, lease, HOUR)).status).toBe('lost');
  expect((await take(redis, key, of('binh'))).status).toBe('granted');
});

test.each([-90_000, 90_000])('a caller whose clock is %i ms off gets and gives the same', async (off) => {
  const real = Date.now;
  jest.spyOn(Date, 'now').mockImplementation(() => real() + off);
  const key = newKey();
  const before = real();
  const lease = granted(await take(redis, key, of('an', 0, 60_000)));
  expect(lease.expiresAt).toBeGreaterThanOrEqual(before + 60_000 - 5);
  expect(lease.expiresAt).toBeLessThanOrEqual(real() + 60_000 + 5);
  expect((await take(redis, key, of('binh'))).status).toBe('held');
  const renewed = granted(await renew(redis, lease, 100));
  expect(renewed.goodUntil).toBeLessThan(performance.now() + 100);
  await eventually('its end by the server', async () => (await take(redis, key, of('binh'))).status === 'granted');
  expect(real()).toBeGreaterThanOrEqual(renewed.expiresAt - 5);
  expect(performance.now()).toBeGreaterThan(renewed.goodUntil);
});

test('who has it may give it to another, under a new token', async () => {
  const key = newKey();
  const mine = granted(await take(redis, key, { ...of('an', 3), reason: 'ca sáng' }));
  const theirs = granted(await transfer(redis, mine, of('binh', 1)));
  expect(theirs.token).toBeGreaterThan(mine.token);
  expect(await read(redis, key)).toMatchObject({ holder: 'binh', address: 'binh:7001', rank: 1, reason: 'ca sáng' });
  expect(granted(await take(redis, key, of('binh', 1))).token).toBe(theirs.token);
  for (const late of [renew(redis, mine, HOUR), transfer(redis, mine, of('chi')), release(redis, mine)])
    expect(await late).toMatchObject({ status: 'lost', by: { holder: 'binh', token: theirs.token } });
});

test('a higher rank takes it over; an equal or lower one is refused', async () => {
  const key = newKey();
  const mine = granted(await seize(redis, key, of('an', 5)));
  for (const rank of [0, 4, 5])
    expect(await seize(redis, key, of('binh', rank))).toMatchObject({ status: 'held', by: { holder: 'an', rank: 5 } });
  const seized = await seize(redis, key, of('binh', 6));
  expect(seized).toMatchObject({ status: 'granted', from: { holder: 'an', token: mine.token } });
  expect(granted(seized).token).toBeGreaterThan(mine.token);
  expect(await renew(redis, mine, HOUR)).toMatchObject({ status: 'lost', by: { holder: 'binh' } });
});

test('what is done under a lease that has ended, or is another’s, is not done', async () => {
  const key = newKey();
  const stream = `${key}:stream`;
  for (const id of ['1-0', '2-0', '3-0']) await redis.xAdd(stream, id, { a: 'b' });
  const mine = granted(await take(redis, key, of('an')));
  expect(await trimFenced(redis, mine, stream, '2-0')).toBe(true);
  expect(await redis.xLen(stream)).toBe(2);

  await runOut(key);
  expect(await trimFenced(redis, mine, stream, '3-0')).toBe(false);
  const theirs = granted(await take(redis, key, of('binh')));
  expect(await trimFenced(redis, mine, stream, '3-0')).toBe(false);
  expect(await redis.xLen(stream)).toBe(2);
  await release(redis, theirs);
  expect(await trimFenced(redis, theirs, stream, '3-0')).toBe(false);
  await redis.del([key, `${key}:fence`]);
  expect(await trimFenced(redis, theirs, stream, '3-0')).toBe(false);
  expect(await redis.xLen(stream)).toBe(2);
});

test('a fenced script is given its keys, arguments and the time, and its answer comes back', async () => {
  const key = newKey();
  const mine = granted(await take(redis, key, of('an')));
  const echo = fenced(`if ARGV[1] == 'none' then return end
    return {#KEYS, KEYS[1], #ARGV, ARGV[2], now}`);
  const answer = await runFenced(redis, echo, mine, [`${key}:other`], ['a', 'b']);
  expect(answer).toEqual({ stale: false, reply: [1, `${key}:other`, 2, 'b', expect.any(Number)] });
  expect(await runFenced(redis, echo, mine, [], ['none'])).toEqual({ stale: false, reply: undefined });
});

test('of four that want it at the same time one has it at a time, each time under a higher token', async () => {
  const key = newKey();
  const tokens: number[] = [];
  let inside = 0;
  const compete = async (who: string) => {
    for (let times = 0; times < 25; ) {
      const taken = await take(redis, key, of(who));
      if (taken.status === 'held') continue;
      expect(++inside).toBe(1);
      tokens.push(taken.lease.token);
      expect((await renew(redis, taken.lease, HOUR)).status).toBe('granted');
      inside--;
      await release(redis, taken.lease);
      times++;
    }
  };
  await Promise.all(['an', 'binh', 'chi', 'dung'].map(compete));
  expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
  expect(tokens).toHaveLength(100);
});

test('texts that are too long are refused, and a fault of Redis is one', async () => {
  const long = { ...of('an'), reason: 'x'.repeat(201) };
  await expect(take(redis, newKey(), long)).rejects.toMatchObject({ reason: 'REQUEST_INVALID' });
  const gone = await connectRedis(brokers().redis, 'decisions');
  gone.destroy();
  await expect(take(gone, newKey(), of('an'))).rejects.toMatchObject({ reason: 'DEPENDENCY_UNAVAILABLE' });
});

const holder = fc.constantFrom('an', 'binh', 'chi', 'dung');
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constantFrom('take', 'seize'), holder, rank: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('renew', 'transfer', 'release'), holder, to: holder }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('run out', 'lose all', 'lose the fence') }) },
);
type Operation = { does: string; holder?: string; rank?: number; to?: string };

test('among four that compete there is one holder at most, and tokens only grow, whatever is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 200, maxLength: 200 }), async (operations) => {
      const key = newKey();
      let highest = 0;
      let current: (Lease & { rank: number }) | undefined;
      const known = new Map<string, Lease>();

      const apply = async ({ does, holder: who = '', rank = 0, to = '' }: Operation) => {
        if (does === 'take' || does === 'seize') {
          const result = await (does === 'take' ? take : seize)(redis, key, of(who, rank));
          const free = !current || current.holder === who || (does === 'seize' && rank > current.rank);
          expect(result.status).toBe(free ? 'granted' : 'held');
          if (result.status === 'held') return expect(result.by.token).toBe(current?.token);
          if (current?.holder === who) return begins(result.lease, rank, current.token);
          return begins(result.lease, rank);
        }
        const mine = known.get(who);
        if (mine) {
          const valid = mine.token === current?.token;
          if (does === 'release') {
            expect((await release(redis, mine)).status).toBe(valid ? 'released' : 'lost');
            if (valid) current = undefined;
            return;
          }
          const result = await (does === 'renew' ? renew(redis, mine, HOUR) : transfer(redis, mine, of(to, 1)));
          expect(result.status).toBe(valid ? 'granted' : 'lost');
          if (result.status === 'lost') return expect(result.by?.token).toBe(current?.token);
          if (does === 'transfer') begins(result.lease, 1);
          return;
        }
        if (does === 'run out' && current) await runOut(key);
        if (does === 'lose the fence') await redis.del(`${key}:fence`);
        if (does === 'lose all') await redis.del([key, `${key}:fence`]);
        if (does === 'run out' || does === 'lose all') current = undefined;
      };
      const begins = (lease: Lease, rank: number, sameToken?: number) => {
        if (sameToken !== undefined) expect(lease.token).toBe(sameToken);
        else expect(lease.token).toBeGreaterThan(highest);
        highest = lease.token;
        current = { ...lease, rank };
        known.set(lease.holder, lease);
      };
      for (const each of operations) await apply(each);
      expect((await read(redis, key))?.token).toBe(current?.token);
    }),
    { numRuns: 10 },
  );
}, 60_000);
