import { afterAll, expect, test } from '@jest/globals';
import { judgedBefore } from '../src/access.ts';
import { type Bus, on } from '../src/bus.ts';
import { wallClock } from '../src/clock.ts';
import { sweepDeadlines } from '../src/deadlines.ts';
import { Handler } from '../src/handle.ts';
import { openKafkaBus } from '../src/kafka/bus.ts';
import { type Relay, startRelay } from '../src/outbox.ts';
import { connectRedis } from '../src/redis.ts';
import { ownShards, type ShardOwnership } from '../src/shards.ts';
import { SHARDS, shardTag } from '../src/store.ts';
import { redisStore } from '../src/store-redis.ts';
import { brokers, createTopics, eventually, namespace } from '../src/testing/brokers.ts';
import {
  count,
  counted,
  jsonCodec,
  newCount,
  tallySpec,
  tallyState,
  tester,
} from '../src/testing/counter-aggregate.ts';

const letters = { name: 'test.tallies.dead-letters.v1', codec: jsonCodec() };
const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function replica(service: string, topicPrefix: string) {
  const { kafka, redis: url } = brokers();
  const [redis, subscriber] = await Promise.all([connectRedis(url, 'decisions'), connectRedis(url, 'subscriber')]);
  const options = { service, brokers: kafka, clock: wallClock, topicPrefix };
  const bus = openKafkaBus({ ...options, produces: [counted, tallyState, letters], consumes: [counted] });
  let ownership: ShardOwnership | undefined;
  const mended: unknown[] = [];
  const mend: Bus['mend'] = async (records) => void mended.push(...records);
  const { publisher } = bus;
  const relay: Relay = await startRelay({ redis, subscriber }, service, { publisher, mend }, () => ownership);
  ownership = await ownShards(redis, service, 'local', relay.gained, relay.idle);
  const owned = ownership;
  const store = redisStore(redis, service, wallClock);
  const handler = new Handler(tallySpec, store, (name) => relay.wake(name));
  const stop = async () => {
    await owned.stop();
    await relay.stop();
    await bus.close();
    redis.destroy();
    subscriber.destroy();
  };
  return { redis, bus, relay, store, handler, ownership: owned, mended, stop };
}

async function newService() {
  const service = namespace('outbox');
  const prefix = `${service}.`;
  await createTopics([counted, tallyState, letters].map(({ name }) => prefix + name));
  return { service, prefix };
}

test('every committed event reaches the bus once in order, from whichever replica, and the outbox is left empty', async () => {
  const { service, prefix } = await newService();
  const replicas = [await replica(service, prefix), await replica(service, prefix)] as const;
  closers.push(...replicas.map(({ stop }) => stop));
  await eventually('the shards to be shared', () =>
    replicas.every(({ ownership }) => ownership.owned().size === SHARDS / 2),
  );

  const seen = new Map<string, number[]>();
  await replicas[0].bus.consume({
    group: 'test.reader',
    deadLetters: letters.name,
    handlers: [
      on(counted, async (batch) => {
        for (const { key, sequence, id, subject, unit, value } of batch) {
          expect(id).toBe(`${key}@${sequence}`);
          expect([subject, unit]).toEqual([tester.subject, '79/2025-07-01']);
          expect(value.count).toBe(sequence);
          seen.set(key, [...(seen.get(key) ?? []), sequence as number]);
        }
      }),
    ],
  });
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  const caller = { principal: tester, authority: judgedBefore, method: 'Count' };
  await Promise.all(
    keys.flatMap((key) =>
      Array.from({ length: 50 }, (_, i) =>
        replicas[i % 2 === 0 ? 0 : 1].handler.handle(key, count, { by: 1 }, caller, newCount),
      ),
    ),
  );
  const all = Array.from({ length: 50 }, (_, i) => i + 1);
  await eventually('all events', () => keys.every((key) => seen.get(`tallies/${key}`)?.length === 50));
  for (const sequences of seen.values()) expect(sequences).toEqual(all);
  await eventually('an empty outbox', async () => {
    const streams = Array.from({ length: SHARDS }, (_, shard) => `${shardTag(service, shard)}outbox`);
    const lengths = await Promise.all(streams.map((stream) => replicas[0].redis.xLen(stream)));
    return lengths.every((length) => length === 0);
  });
}, 60_000);

test('a shard goes to another replica when nothing of it is under way: there is nothing to mend', async () => {
  const { service, prefix } = await newService();
  const first = await replica(service, prefix);
  closers.push(first.stop);
  let running = true;
  const caller = { principal: tester, authority: judgedBefore, method: 'Count' };
  const counting = Array.from({ length: 100 }, async (_, key) => {
    while (running) await first.handler.handle(`busy${key}`, count, { by: 1 }, caller, newCount);
  });
  const second = await replica(service, prefix);
  closers.push(second.stop);
  await eventually('the shards to be shared', () => second.ownership.owned().size === SHARDS / 2);
  running = false;
  await Promise.all(counting);
  expect(first.mended.length + second.mended.length).toBe(0);
}, 60_000);

test('a due aggregate is called upon once its stored instant has passed', async () => {
  const { service, prefix } = await newService();
  const { handler, redis, store, ownership, stop } = await replica(service, prefix);
  closers.push(stop);
  const dueAt = store.now() + 50;
  const timed = new Handler({ ...tallySpec, nextDeadline: ({ count: n }) => (n === 1 ? dueAt : undefined) }, store);
  const caller = { principal: tester, authority: judgedBefore, method: 'Count' };
  await timed.handle('timed', count, { by: 1 }, caller, newCount);
  await handler.handle('untimed', count, { by: 1 }, caller, newCount);
  const called: string[] = [];
  const sweeper = sweepDeadlines(redis, service, wallClock, ownership, async (name) => {
    called.push(name);
    await timed.handle(name.slice('tallies/'.length), count, { by: 1 }, caller, newCount);
  });
  closers.push(() => sweeper.stop());
  await eventually('the deadline', () => called.length > 0);
  expect(await handler.load('timed')).toEqual({ count: 2 });
  expect(called).toEqual(['tallies/timed']);
}, 30_000);

test('a due aggregate is called upon in time by a replica that nobody asks anything and whose clock is wrong', async () => {
  const { service, prefix } = await newService();
  const { redis, store, ownership, stop } = await replica(service, prefix);
  closers.push(stop);
  const dueAt = store.now() + 1_500;
  const timed = new Handler({ ...tallySpec, nextDeadline: () => dueAt }, store);
  const caller = { principal: tester, authority: judgedBefore, method: 'Count' };
  await timed.handle('quiet', count, { by: 1 }, caller, newCount);
  const called = new Map<number, number>();
  for (const wrongMs of [-90_000, 90_000]) {
    const clock = { ...wallClock, now: () => wallClock.now() + wrongMs };
    const note = async () => {
      if (!called.has(wrongMs)) called.set(wrongMs, store.now());
    };
    const sweeper = sweepDeadlines(redis, service, clock, ownership, note);
    closers.push(() => sweeper.stop());
  }
  await eventually('both have found it', () => called.size === 2);
  for (const at of called.values()) expect(at).toBeGreaterThanOrEqual(dueAt - 500);
}, 30_000);
