import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { type Topic, view } from '../src/bus.ts';
import { wallClock } from '../src/clock.ts';
import { BatchingProducer } from '../src/kafka/producer.ts';
import { type Retained, type ScanOptions, scan } from '../src/kafka/scan.ts';
import { startView } from '../src/kafka/view.ts';
import { brokers, createTopics, eventually, namespace } from '../src/testing/brokers.ts';
import { jsonCodec } from '../src/testing/counter-aggregate.ts';

type Note = { n: number };
const codec = jsonCodec<Note>();

let kafka: Kafka;
let admin: Admin;
let producer: BatchingProducer;
beforeAll(async () => {
  kafka = new Kafka({ brokers: brokers().kafka, logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
  producer = new BatchingProducer(kafka);
});
afterAll(async () => {
  await producer.close();
  await admin.disconnect();
});

async function newTopic(partitions: number): Promise<string> {
  const topic = `${namespace('scan')}.v1`;
  await createTopics([topic], partitions);
  return topic;
}

const send = (topic: string, notes: readonly (readonly [key: string, n: number])[]) =>
  producer.send(notes.map(([key, n]) => ({ topic, key, value: Buffer.from(JSON.stringify({ n })) })));

async function collect(topic: string, options?: ScanOptions): Promise<Retained[]> {
  const all: Retained[] = [];
  for await (const record of scan(kafka, topic, options)) all.push(record);
  return all;
}

const ns = (records: readonly Retained[]) => records.map(({ value }) => JSON.parse(String(value)).n);

async function deleteBefore(topic: string, partition: number, offset: bigint): Promise<void> {
  await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
}

test('all records come, of each partition in order; empty partitions and an empty topic end the scan', async () => {
  const topic = await newTopic(12);
  expect(await collect(topic)).toEqual([]);
  const notes = Array.from({ length: 5_000 }, (_, n) => [`k${n % 7}`, n] as const);
  await send(topic, notes);
  const records = await collect(topic);
  expect(ns(records).sort((a, b) => a - b)).toEqual(notes.map(([, n]) => n));
  const last = new Map<number, bigint>();
  for (const { partition, offset } of records) {
    expect(offset).toBe((last.get(partition) ?? -1n) + 1n);
    last.set(partition, offset);
  }
  expect(last.size).toBeLessThan(12);
});

test('the partition of one key can be read alone', async () => {
  const topic = await newTopic(6);
  await send(
    topic,
    Array.from({ length: 600 }, (_, n) => [`k${n % 20}`, n] as const),
  );
  const whole = await collect(topic);
  const { partition } = whole.find(({ key }) => key === 'k3') as Retained;
  const some = await collect(topic, { partitionOf: 'k3' });
  expect(some.map(({ offset }) => offset)).toEqual(
    whole.filter((record) => record.partition === partition).map(({ offset }) => offset),
  );
});

test('what was written before a time is passed over', async () => {
  const topic = await newTopic(3);
  const notes = (from: number) => Array.from({ length: 30 }, (_, n) => [`k${n}`, from + n] as const);
  await send(topic, notes(0));
  const { timestamp } = (await collect(topic)).reduce((a, b) => (a.timestamp > b.timestamp ? a : b));
  await eventually('a later time', () => wallClock.now() > timestamp);
  await send(topic, notes(1_000));
  const later = ns(await collect(topic, { since: timestamp + 1 }));
  expect(later.sort((a, b) => a - b)).toEqual(notes(1_000).map(([, n]) => n));
  expect(await collect(topic, { since: timestamp + 3_600_000 })).toEqual([]);
});

test('a scan that is left early leaves nothing behind', async () => {
  const topic = await newTopic(1);
  await send(topic, [
    ['a', 1],
    ['a', 2],
  ]);
  for await (const { offset } of scan(kafka, topic)) {
    expect(offset).toBe(0n);
    break;
  }
  await eventually('no member is left', async () => {
    const { groups } = await admin.listGroups();
    const ours = groups.map(({ groupId }) => groupId).filter((group) => group.startsWith(topic));
    return ours.length === 0 || (await admin.describeGroups(ours)).groups.every(({ members }) => members.length === 0);
  });
});

test('deleted heads and tails do not hang a scan', async () => {
  const topic = await newTopic(3);
  await send(
    topic,
    Array.from({ length: 300 }, (_, n) => [`k${n}`, n] as const),
  );
  const [first, second] = (await admin.fetchTopicOffsets(topic)).sort((a, b) => a.partition - b.partition);
  await deleteBefore(topic, 0, BigInt(first?.high ?? 0));
  await deleteBefore(topic, 1, 10n);
  const records = await collect(topic);
  expect(records.filter(({ partition }) => partition === 0)).toEqual([]);
  expect(records.find(({ partition }) => partition === 1)?.offset).toBe(10n);
  expect(records.filter(({ partition }) => partition === 1)).toHaveLength(Number(second?.high) - 10);
});

test('what is deleted after the scan has asked for its end does not hang it', async () => {
  const topic = await newTopic(2);
  await send(
    topic,
    Array.from({ length: 100 }, (_, n) => [`k${n}`, n] as const),
  );
  const spans = await admin.fetchTopicOffsets(topic);
  const scanned = scan(withStaleEnds(kafka, spans), topic);
  for (const { partition, high } of spans) await deleteBefore(topic, partition, BigInt(high));
  expect(await scanned.next()).toEqual({ done: true, value: undefined });
});

test('a compacted topic is read across its gaps', async () => {
  const topic = `${namespace('scan')}.v1`;
  const small = { 'cleanup.policy': 'compact', 'segment.bytes': '1048576', 'min.cleanable.dirty.ratio': '0.001' };
  const configEntries = Object.entries(small).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 1, configEntries }] });
  await eventually('its leader', () => admin.fetchTopicOffsets(topic).catch(() => undefined));
  const filling = Buffer.alloc(10_000, 'x').toString();
  let n = 0;
  // Until the cleaner has been there: it comes by every 15 s.
  const records = await eventually(
    'a gap',
    async () => {
      const notes = Array.from({ length: 60 }, () => ({
        topic,
        key: `k${n % 5}`,
        value: Buffer.from(`${n++}${filling}`),
      }));
      await producer.send(notes);
      const all = await collect(topic);
      return all.length < n ? all : undefined;
    },
    60_000,
  );
  const offsets = records.map(({ offset }) => Number(offset));
  expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
  expect(new Set(records.map(({ key }) => key)).size).toBe(5);
  expect(offsets.at(-1)).toBe(n - 1);
}, 90_000);

test('a view is ready though the tail of a quiet partition is deleted while it starts', async () => {
  const topic = await newTopic(2);
  await send(
    topic,
    Array.from({ length: 50 }, (_, n) => [`k${n}`, n] as const),
  );
  const spans = await admin.fetchTopicOffsets(topic);
  for (const { partition, high } of spans) await deleteBefore(topic, partition, BigInt(high));
  const notes: Topic<Note> = { name: topic, codec };
  const ring = {
    kafka: withStaleEnds(kafka, spans),
    clock: wallClock,
    service: 'test',
    physical: (name: string) => name,
  };
  const { view: opened, consumer } = await startView(ring, { sources: [view(notes, ({ value }) => value.n)] });
  await send(topic, [['new', 1_000]]);
  await eventually('what comes later', () => [...opened.values()].includes(1_000));
  await producer.send([{ topic, key: 'new', value: null }]);
  await eventually('a key without value is forgotten', () => [...opened.values()].length === 0);
  await consumer.disconnect();
});

/** The same Kafka, which first answers `ends` when it is asked for the ends of a topic. */
function withStaleEnds(real: Kafka, ends: Awaited<ReturnType<Admin['fetchTopicOffsets']>>): Kafka {
  let asked = false;
  const stale = {
    admin: () => {
      const own = real.admin();
      return {
        connect: () => own.connect(),
        disconnect: () => own.disconnect(),
        describeCluster: () => own.describeCluster(),
        fetchTopicOffsets: async (topic: string) => {
          if (asked) return own.fetchTopicOffsets(topic);
          asked = true;
          return ends;
        },
      };
    },
    consumer: (config: Parameters<Kafka['consumer']>[0]) => real.consumer(config),
  };
  return stale as unknown as Kafka;
}
