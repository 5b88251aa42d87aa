import { afterAll, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import type { Outgoing } from '../src/bus.ts';
import { endOnBareClose, kafkaClient } from '../src/kafka/connection.ts';
import { BatchingProducer } from '../src/kafka/producer.ts';
import { brokers, createTopics, eventually, namespace } from '../src/testing/brokers.ts';
import { cuttingProxy } from '../src/testing/cutting-proxy.ts';

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

test('a broker that cannot be reached for a while delays what is sent, and refuses nothing', async () => {
  const [host = '', port = ''] = (brokers().kafka[0] ?? '').split(':');
  const proxy = await cuttingProxy({ host, port: Number(port) });
  const topic = `${namespace('away')}.v1`;
  await createTopics([topic], 1);
  const bent: typeof endOnBareClose = (options) => endOnBareClose({ ...options, host: '127.0.0.1', port: proxy.port });
  const producer = new BatchingProducer(kafkaClient(brokers().kafka, 'away', bent));
  closers.push(() => producer.close(), proxy.close);
  await producer.send([eventOf(topic, 1)]);
  proxy.close();
  let refused = 0;
  const waiting = [2, 3, 4].map((sequence) => producer.send([eventOf(topic, sequence)]).catch(() => refused++));
  // Long enough for every level of kafkajs' own retries to give up.
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  expect(refused).toBe(0);
  await proxy.reopen();
  await Promise.all(waiting);
  const seen = await sequences(topic);
  await eventually('all of them', () => seen().includes(4));
  expect([...new Set(seen())]).toEqual([1, 2, 3, 4]);
}, 60_000);

const eventOf = (topic: string, sequence: number): Outgoing => ({
  topic,
  key: 'sender',
  value: Buffer.from(String(sequence)),
  headers: { ce_sequence: String(sequence) },
});

/** What the topic holds, in its order; repeats too. */
async function sequences(topic: string): Promise<() => number[]> {
  const kafka = new Kafka({ brokers: brokers().kafka, logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: namespace('g') });
  closers.push(() => consumer.disconnect());
  const seen: number[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void seen.push(Number(message.value)) });
  return () => seen;
}
