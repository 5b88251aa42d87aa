import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { type Bus, on, type Topic, view } from '../src/bus.ts';
import { wallClock } from '../src/clock.ts';
import { dependencyUnavailable } from '../src/errors.ts';
import { openKafkaBus } from '../src/kafka/bus.ts';
import { brokers, createTopics, eventually, namespace } from '../src/testing/brokers.ts';
import { jsonCodec } from '../src/testing/counter-aggregate.ts';

type Note = { n: number };
const notes: Topic<Note> = { name: 'test.note.taken.v1', codec: jsonCodec() };
const letters: Topic<Note> = { name: 'test.notes.dead-letters.v1', codec: jsonCodec() };
const open: Bus[] = [];

function openBus(topicPrefix: string): Bus {
  const topics = [notes, letters];
  const options = { service: 'test', brokers: brokers().kafka, clock: wallClock, topicPrefix };
  const bus = openKafkaBus({ ...options, produces: topics, consumes: topics });
  open.push(bus);
  return bus;
}

const record = (key: string, n: number, sequence?: number) => ({
  topic: notes.name,
  key,
  value: Buffer.from(JSON.stringify({ n })),
  ...(sequence && { headers: { ce_sequence: String(sequence), ce_time: '2026-01-01T00:00:00.000Z' } }),
});

let prefix: string;
beforeAll(async () => {
  prefix = `${namespace('bus')}.`;
  await createTopics([notes.name, letters.name].map((name) => prefix + name));
});
afterAll(() => Promise.all(open.map((bus) => bus.close())));

test('records are handled in order per key, and a record that cannot be read or handled becomes a dead letter', async () => {
  const bus = openBus(prefix);
  const handled = new Map<string, number[]>();
  await bus.consume({
    group: 'test.reader',
    deadLetters: letters.name,
    handlers: [
      on(notes, async (batch) => {
        if (batch.some(({ value }) => value.n === 13)) throw new Error('unlucky');
        for (const { key, value } of batch) handled.set(key, [...(handled.get(key) ?? []), value.n]);
      }),
    ],
  });
  const garbage = { topic: notes.name, key: 'a', value: Buffer.from('{'), headers: { traceparent: 'kept' } };
  await bus.publisher.send([record('a', 1), garbage, record('a', 2), record('b', 13), record('a', 3), record('b', 14)]);

  const buried: { reason: string; offset: string; value: string }[] = [];
  const reader = new Kafka({ brokers: brokers().kafka, logLevel: logLevel.NOTHING }).consumer({
    groupId: namespace('g'),
  });
  await reader.connect();
  await reader.subscribe({ topics: [prefix + letters.name], fromBeginning: true });
  await reader.run({
    eachMessage: async ({ message }) => {
      buried.push({
        reason: String(message.headers?.['dead_letter_reason']),
        offset: String(message.headers?.['dead_letter_offset']),
        value: String(message.value),
      });
    },
  });
  await eventually('both dead letters', () => buried.length === 2);
  expect(buried.map(({ reason, value }) => [reason, value]).sort()).toEqual([
    ['UNPROCESSABLE', '{"n":13}'],
    ['UNREADABLE', '{'],
  ]);
  await eventually('the good records', () => handled.get('a')?.length === 3 && handled.get('b')?.length === 1);
  expect(handled.get('a')).toEqual([1, 2, 3]);
  await reader.disconnect();
});

test('a passing fault is tried again and loses nothing; a repeat of an event is dropped', async () => {
  const own = `${namespace('bus')}.`;
  await createTopics([notes.name, letters.name].map((name) => own + name));
  const bus = openBus(own);
  const handled: number[] = [];
  let faults = 3;
  await bus.consume({
    group: 'test.reader',
    deadLetters: letters.name,
    handlers: [
      on(notes, async (batch) => {
        if (faults-- > 0) throw dependencyUnavailable('not now');
        handled.push(...batch.map(({ value }) => value.n));
      }),
    ],
  });
  const events = [1, 2, 3].map((n) => record('a', n, n));
  for (const event of [...events, ...events, record('a', 4, 4)]) await bus.publisher.send([event]);
  await eventually('all', () => handled.includes(4));
  expect(handled).toEqual([1, 2, 3, 4]);
});

test('a view holds what was there before, follows what comes, and resumes on another replica', async () => {
  const own = `${namespace('bus')}.`;
  await createTopics([notes.name, letters.name].map((name) => own + name));
  const bus = openBus(own);
  await bus.publisher.send(Array.from({ length: 300 }, (_, i) => record(`k${i % 30}`, i)));
  const source = view(notes, ({ key, value }) => ({ key, n: value.n }));
  const [first, second] = await Promise.all([
    bus.view({ sources: [source] }),
    openBus(own).view({ sources: [source] }),
  ]);
  expect([...first.values()].map(({ n }) => n).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 30 }, (_, i) => 270 + i),
  );

  const stop = new AbortController();
  const opening = (await first.watch(undefined, stop.signal).next()).value;
  await bus.publisher.send([record('k1', 1_000)]);
  const resumed = (await second.watch(opening?.token, stop.signal).next()).value;
  expect(resumed).toMatchObject({ phase: 'live', values: [{ key: 'k1', n: 1_000 }] });
  stop.abort();
});

test('bytes of any kind arrive as they are, and a record that Kafka refuses is told to its sender alone', async () => {
  const own = `${namespace('bus')}.`;
  await createTopics([notes.name, letters.name].map((name) => own + name));
  const bus = openBus(own);
  const seen = await bus.view({ sources: [view(notes, ({ value }) => value.n)] });
  const plain = new TextEncoder().encode('{"n":7}');
  const unknown = { ...record('a', 1), topic: letters.name };
  const admin = new Kafka({ brokers: brokers().kafka, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const entries = [{ name: 'max.message.bytes', value: '1000' }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: 2, name: own + letters.name, configEntries: entries }],
  });
  await admin.disconnect();
  const tooLarge = { ...unknown, value: Buffer.alloc(5_000) };
  const results = await Promise.allSettled([
    bus.publisher.send([{ ...record('a', 0), value: plain }]),
    bus.publisher.send([tooLarge]),
    bus.publisher.send([record('b', 8)]),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await eventually('both', () => [...seen.values()].sort().join() === '7,8');
});

test('a topic that the service does not declare is refused', async () => {
  const options = { service: 'test', brokers: brokers().kafka, clock: wallClock, topicPrefix: '' };
  const bus = openKafkaBus({ ...options, produces: [], consumes: [] });
  await expect(bus.publisher.send([record('a', 1)])).rejects.toThrow('does not declare');
  await expect(bus.view({ sources: [view(notes, () => 1)] })).rejects.toThrow('does not declare');
});
