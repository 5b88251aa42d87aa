import net from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import type { Outgoing } from '../src/bus.ts';
import { endOnBareClose, kafkaClient } from '../src/kafka/connection.ts';
import { BatchingProducer } from '../src/kafka/producer.ts';
import { SequenceGate } from '../src/kafka/sequence.ts';
import { brokers, createTopics, eventually, namespace } from '../src/testing/brokers.ts';

const PRODUCE = 0;
const CUTS = 100;

/** Forwards to the broker, and cuts a connection after the broker got a produce request and before its answer went back. */
async function cuttingProxy(target: { host: string; port: number }) {
  let armed: 'no' | 'error' | 'bare close' = 'no';
  let cuts = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    let cutWith: typeof armed = 'no';
    client.on('data', (chunk) => {
      if (armed !== 'no' && chunk.length > 6 && chunk.readInt16BE(4) === PRODUCE) {
        cutWith = armed;
        armed = 'no';
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (cutWith === 'no') return void client.write(chunk);
      cuts++;
      if (cutWith === 'error') client.resetAndDestroy();
      else client.destroy();
      upstream.destroy();
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    cuts: () => cuts,
    cutNext: (how: 'error' | 'bare close') => {
      armed = how;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
    reopen: () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve)),
  };
}

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

test('no acknowledged event is lost when connections are cut between a request and its answer', async () => {
  const [host = '', port = ''] = (brokers().kafka[0] ?? '').split(':');
  const proxy = await cuttingProxy({ host, port: Number(port) });
  const topic = `${namespace('cuts')}.v1`;
  await createTopics([topic], 3);
  // The broker advertises its own address: every connection is bent to the proxy.
  const bent: typeof endOnBareClose = (options) => endOnBareClose({ ...options, host: '127.0.0.1', port: proxy.port });
  const producer = new BatchingProducer(kafkaClient(brokers().kafka, 'cuts', bent));
  closers.push(() => producer.close(), proxy.close);

  const senders = 10;
  const each = 2_000;
  const acknowledged: string[] = [];
  const sender = async (name: number) => {
    for (let sequence = 1; sequence <= each; sequence++) {
      await producer.send([eventOf(topic, name, sequence)]);
      acknowledged.push(`${name}@${sequence}`);
    }
  };
  const sending = Promise.all(Array.from({ length: senders }, (_, name) => sender(name)));
  const longest = { ms: 0 };
  for (let cut = 1; cut <= CUTS; cut++) {
    const due = (cut * senders * each) / (CUTS + 2);
    await eventually('progress', () => acknowledged.length >= due, 30_000);
    proxy.cutNext(cut % 2 === 0 ? 'error' : 'bare close');
    await eventually('the cut', () => proxy.cuts() === cut, 10_000);
    const [before, started] = [acknowledged.length, performance.now()];
    await eventually('the first acknowledgement after the cut', () => acknowledged.length > before, 30_000);
    longest.ms = Math.max(longest.ms, performance.now() - started);
  }
  await sending;
  expect(longest.ms).toBeLessThan(10_000);

  const found = await readAll(topic, senders * each);
  expect(acknowledged.filter((id) => !found.ids.has(id))).toEqual([]);
  // What came twice has the id of the first, and the sequence check leaves one of each, in order.
  expect(found.passed.size).toBe(senders);
  for (const sequences of found.passed.values())
    expect(sequences).toEqual(Array.from({ length: each }, (_, i) => i + 1));
}, 180_000);

test('a broker that cannot be reached for a while delays what is sent, and refuses nothing', async () => {
  const [host = '', port = ''] = (brokers().kafka[0] ?? '').split(':');
  const proxy = await cuttingProxy({ host, port: Number(port) });
  const topic = `${namespace('away')}.v1`;
  await createTopics([topic], 1);
  const bent: typeof endOnBareClose = (options) => endOnBareClose({ ...options, host: '127.0.0.1', port: proxy.port });
  const producer = new BatchingProducer(kafkaClient(brokers().kafka, 'away', bent));
  closers.push(() => producer.close(), proxy.close);
  await producer.send([eventOf(topic, 0, 1)]);
  proxy.close();
  let refused = 0;
  const waiting = [2, 3, 4].map((sequence) => producer.send([eventOf(topic, 0, sequence)]).catch(() => refused++));
  // Long enough for every level of kafkajs' own retries to give up.
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  expect(refused).toBe(0);
  await proxy.reopen();
  await Promise.all(waiting);
  expect((await readAll(topic, 4)).passed.get('sender-0')).toEqual([1, 2, 3, 4]);
}, 60_000);

const eventOf = (topic: string, name: number, sequence: number): Outgoing => ({
  topic,
  key: `sender-${name}`,
  value: Buffer.from(`${name}@${sequence}`),
  headers: { ce_sequence: String(sequence) },
});

async function readAll(topic: string, count: number) {
  const consumer = new Kafka({ brokers: brokers().kafka, logLevel: logLevel.NOTHING }).consumer({
    groupId: namespace('g'),
  });
  const ids = new Set<string>();
  const passed = new Map<string, number[]>();
  const gate = new SequenceGate();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const [key, sequence] = [String(message.key), Number(message.headers?.['ce_sequence'])];
      ids.add(String(message.value));
      if (!gate.isNew(key, sequence)) return;
      gate.passed(key, sequence);
      passed.set(key, [...(passed.get(key) ?? []), sequence]);
    },
  });
  await eventually('all events read back', () => ids.size >= count);
  await consumer.disconnect();
  return { ids, passed };
}
