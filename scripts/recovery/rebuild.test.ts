import { on } from '@giaolo/chassis/bus';
import { kafkaClient } from '@giaolo/chassis/kafka/connection';
import { BatchingProducer } from '@giaolo/chassis/kafka/producer';
import { scan } from '@giaolo/chassis/kafka/scan';
import { connectRedis, type Redis } from '@giaolo/chassis/redis';
import { outboxLength, storedAggregates } from '@giaolo/chassis/store-bulk';
import { brokers, eventually, namespace } from '@giaolo/chassis/testing/brokers';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Kafka } from 'kafkajs';
import { compareService, rebuildService } from './rebuild-service.ts';
import {
  createStockTopics,
  type Move,
  openStock,
  type StockReplica,
  stockLetters,
  stockMoved,
  stockPlan,
  stockState,
} from './stock-place.ts';

let kafka: Kafka;
let redis: Redis;
const replicas: StockReplica[] = [];
beforeAll(async () => {
  kafka = kafkaClient(brokers().kafka, 'test');
  redis = await connectRedis(brokers().redis, 'decisions');
});
afterEach(() => Promise.all(replicas.splice(0).map((replica) => replica.stop())));
afterAll(() => redis?.destroy());

async function newService(): Promise<string> {
  const service = namespace('stock');
  await createStockTopics(service);
  return service;
}

async function open(service: string): Promise<StockReplica> {
  const replica = await openStock(brokers(), service);
  replicas.push(replica);
  return replica;
}

const end = (replica: StockReplica) => replicas.splice(replicas.indexOf(replica), 1)[0]?.stop();

const place = (service: string) => ({ kafka, redis, prefix: `${service}.` });

const untilSent = (service: string) =>
  eventually('an empty outbox', async () => (await outboxLength(redis, service)) === 0);

/** As if the disk of Redis were gone. */
async function lose(service: string): Promise<void> {
  for await (const keys of redis.scanIterator({ MATCH: `{${service}*`, COUNT: 1_000 }))
    if (keys.length > 0) await redis.del(keys);
}

async function everything(service: string) {
  const all = new Map<string, object>();
  for await (const { name, ...aggregate } of storedAggregates(redis, service)) all.set(name, aggregate);
  return all;
}

const items = fc.subarray(['a', 'b', 'c:d', 'e']);
const moves = fc.array(
  fc.record<{ id: string } & Move>(
    {
      id: fc.constantFrom('1', '2', '3', '4', '5'),
      put: items,
      take: items,
      dueAt: fc.integer({ min: 1, max: 2 ** 45 }),
    },
    { requiredKeys: ['id', 'put', 'take'] },
  ),
  { minLength: 1, maxLength: 200 },
);

test('any history of two replicas is rebuilt as it was, and goes on without a number given out twice', async () => {
  await fc.assert(
    fc.asyncProperty(moves, async (history) => {
      const service = await newService();
      const both = [await open(service), await open(service)] as const;
      await Promise.all(history.map(({ id, ...what }, n) => both[n % 2]?.move(id, what)));
      await untilSent(service);
      await Promise.all(both.map(end));
      const before = await everything(service);
      const compared = await compareService(place(service), stockPlan(service));
      expect(compared).toMatchObject({ differences: [], kafka: compared.store, aggregates: before.size });

      await lose(service);
      expect(await compareService(place(service), stockPlan(service))).toMatchObject({ aggregates: 0 });
      const result = await rebuildService(place(service), stockPlan(service));
      expect(result).toMatchObject({ aggregates: before.size, hash: compared.store, raised: [] });
      expect(await everything(service)).toEqual(before);

      const replica = await open(service);
      const sequences: number[] = [];
      await replica.bus.consume({
        group: 'test.reader',
        deadLetters: stockLetters.name,
        handlers: [
          on(stockMoved, async (batch) => {
            for (const { key, sequence = 0 } of batch) if (key === 'stocks/1') sequences.push(sequence);
          }),
        ],
      });
      await replica.move('1', { put: ['new'], take: [] });
      const sent = history.filter(({ id }) => id === '1').length;
      await eventually('the fact after the loss', () => sequences.length === sent + 1);
      expect(sequences).toEqual(Array.from({ length: sent + 1 }, (_, n) => n + 1));
    }),
    { numRuns: 3, endOnFailure: true },
  );
}, 120_000);

test('what a late relay sends again, and an element that was gone before, change nothing', async () => {
  const service = await newService();
  const replica = await open(service);
  await replica.move('1', { put: ['a', 'b'], take: [], dueAt: 7 });
  await untilSent(service);
  const old = [];
  for await (const { key, value, headers } of scan(kafka, `${service}.${stockState.name}`))
    old.push({
      topic: `${service}.${stockState.name}`,
      key,
      value,
      headers: { ce_sequence: String(headers['ce_sequence']) },
    });
  expect(old.map(({ key }) => key)).toEqual(['stocks/1', 'stocks/1#item:a', 'stocks/1#item:b']);
  await replica.move('1', { put: ['c'], take: ['a'] });
  await untilSent(service);
  await end(replica);
  const before = await everything(service);
  const late = new BatchingProducer(kafka);
  await late.send(old);
  await late.close();
  await lose(service);
  await rebuildService(place(service), stockPlan(service));
  expect(await everything(service)).toEqual(before);
}, 60_000);

test('a version that the facts know of is not given out again, and Kafka learns of it', async () => {
  const service = await newService();
  const replica = await open(service);
  await replica.move('1', { put: ['a'], take: [] });
  await untilSent(service);
  await end(replica);
  await lose(service);
  const producer = new BatchingProducer(kafka);
  const topic = `${service}.${stockMoved.name}`;
  const fact = (key: string, sequence: number) => ({
    topic,
    key,
    value: Buffer.from('{}'),
    headers: { ce_sequence: `${sequence}` },
  });
  await producer.send([fact('stocks/1', 5), fact('stocks/unknown', 2)]);
  await producer.close();
  const { raised } = await rebuildService(place(service), stockPlan(service));
  expect(raised).toMatchObject([
    { name: 'stocks/1', raisedFrom: 1, version: 5 },
    { name: 'stocks/unknown', raisedFrom: 0, version: 2 },
  ]);
  expect(await everything(service)).toMatchObject(
    new Map([
      ['stocks/1', { version: 5 }],
      ['stocks/unknown', { version: 2 }],
    ]),
  );
  await lose(service);
  expect(await rebuildService(place(service), stockPlan(service))).toMatchObject({ raised: [] });
  expect((await compareService(place(service), stockPlan(service))).differences).toEqual([]);
}, 60_000);

test('a store that is not empty, or in use, is left alone unless one says so', async () => {
  const service = await newService();
  const replica = await open(service);
  await replica.move('1', { put: ['a'], take: [] });
  await untilSent(service);
  const replacing = rebuildService(place(service), stockPlan(service), { replace: true });
  await expect(replacing).rejects.toThrow(`1 replica of ${service} live`);
  await end(replica);
  await expect(rebuildService(place(service), stockPlan(service))).rejects.toThrow('not empty');
  const before = await everything(service);
  expect(await rebuildService(place(service), stockPlan(service), { replace: true })).toMatchObject({ aggregates: 1 });
  expect(await everything(service)).toEqual(before);
}, 60_000);

test('what differs is named', async () => {
  const service = await newService();
  const replica = await open(service);
  for (const id of ['1', '2', '3']) await replica.move(id, { put: ['a'], take: [] });
  await untilSent(service);
  await end(replica);
  for await (const keys of redis.scanIterator({ MATCH: `{${service}:??}stocks/*`, COUNT: 1_000 }))
    for (const key of keys) {
      if (key.endsWith('/2')) await redis.hSet(key, 'item:a', '{"id":"a","at":2}');
      if (key.endsWith('/3')) await redis.del(key);
    }
  const { differences, store, kafka: told } = await compareService(place(service), stockPlan(service));
  expect(store).not.toBe(told);
  expect(differences).toEqual([
    { name: 'stocks/2', version: 1, other: 1 },
    { name: 'stocks/3', version: undefined, other: 1 },
  ]);
}, 60_000);

test('a replica whose store comes back empty decides nothing more, and a new one waits until it is rebuilt', async () => {
  const service = await newService();
  let lost = 0;
  const replica = await openStock(brokers(), service, () => lost++);
  for (let n = 0; n < 3; n++) await replica.move('1', { put: ['a'], take: [] });
  await untilSent(service);
  await replica.ping();
  const before = await everything(service);
  await lose(service);
  await expect(replica.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(replica.move('1', { put: ['b'], take: [] })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(replica.stocks.load('1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect([lost, await everything(service)]).toEqual([1, new Map()]);
  await replica.stop();

  let isOpen = false;
  const opening = open(service).then((next) => {
    isOpen = true;
    return next;
  });
  await rebuildService(place(service), stockPlan(service));
  expect(isOpen).toBe(false);
  const next = await opening;
  expect(await everything(service)).toEqual(before);
  await next.move('1', { put: ['b'], take: [] });
  expect(await next.stocks.load('1')).toMatchObject({ moves: 4, 'item:b': { at: 4 } });
  expect(lost).toBe(1);
}, 60_000);

test('what groups did shortly before the loss is read once more: its effects may have waited in the outbox', async () => {
  const service = await newService();
  const replica = await open(service);
  const consume = async (to: StockReplica) => {
    const keys: string[] = [];
    await to.bus.consume({
      group: `${service}.reader`,
      deadLetters: stockLetters.name,
      handlers: [on(stockMoved, async (batch) => void keys.push(...batch.map(({ key }) => key)))],
    });
    return keys;
  };
  const heard = await consume(replica);
  for (const id of ['1', '2', '3']) await replica.move(id, { put: ['a'], take: [] });
  await eventually('all facts', () => heard.length === 3);
  await end(replica);
  await lose(service);
  expect(await rebuildService(place(service), stockPlan(service))).toMatchObject({ setBack: 3 });
  const again = await consume(await open(service));
  await eventually('all facts again', () => again.length === 3);
}, 60_000);
