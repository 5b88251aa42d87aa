import { type Bus, on, type Topic } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { readDeadLetter } from '@giaolo/chassis/kafka/dead-letters';
import { brokers, createTopics, eventually, namespace } from '@giaolo/chassis/testing/brokers';
import { jsonCodec } from '@giaolo/chassis/testing/counter-aggregate';
import { afterAll, expect, test } from '@jest/globals';
import { type IHeaders, Kafka, logLevel } from 'kafkajs';

const notes: Topic<{ n: number }> = { name: 'test.note.taken.v1', codec: jsonCodec() };
const letters: Topic<unknown> = { name: 'test.notes.dead-letters.v1', codec: jsonCodec() };
const prefix = `${namespace('hostile')}.`;
const ends: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** Many and long, each name once. */
const headers = (count: number, length: number): IHeaders =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`h${at}`, Buffer.alloc(length, 0xff)]));

test('a record of any size with any headers goes to the dead letters, and the next one is handled', async () => {
  await createTopics(
    [notes, letters].map(({ name }) => prefix + name),
    1,
  );
  const topics = [notes, letters];
  const options = { service: 'test', brokers: brokers().kafka, clock: wallClock, topicPrefix: prefix };
  const bus: Bus = openKafkaBus({ ...options, produces: topics, consumes: topics });
  ends.push(() => bus.close());
  const kafka = new Kafka({ brokers: brokers().kafka, logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  ends.push(() => producer.disconnect());
  const hostile = [
    { value: Buffer.alloc(1_040_000) },
    { value: Buffer.from('{'), headers: headers(20_000, 0) },
    { value: Buffer.from('{'), headers: headers(3, 300_000) },
    { value: Buffer.from('{'), headers: { [`n${'x'.repeat(900_000)}`]: '' } },
    { value: Buffer.from('{'), headers: { dead_letter_group: 'another', redrive_group: 'test.reader' } },
    // kafkajs takes minutes to find the partition of such a key.
    { key: 'k'.repeat(900_000), value: Buffer.from('{'), partition: 0 },
    { value: null },
  ];
  for (const message of hostile) await producer.send({ topic: prefix + notes.name, messages: [message] });
  await producer.send({ topic: prefix + notes.name, messages: [{ value: '{"n":1}' }] });

  const handled: number[] = [];
  await bus.consume({
    group: 'test.reader',
    deadLetters: letters.name,
    handlers: [on(notes, async (batch) => void handled.push(...batch.map(({ value }) => value.n)))],
  });
  await eventually('the good record is handled', () => handled.length > 0);
  expect(handled).toEqual([1]);

  const found: { group: string; value: number | undefined; kept: number }[] = [];
  const reader = kafka.consumer({ groupId: namespace('g') });
  await reader.connect();
  ends.push(() => reader.disconnect());
  await reader.subscribe({ topics: [prefix + letters.name], fromBeginning: true });
  await reader.run({
    eachMessage: async ({ message: { key, value, headers = {} } }) => {
      const letter = readDeadLetter({ key: String(key), value, headers });
      if (letter)
        found.push({ group: letter.group, value: letter.value?.length, kept: Object.keys(letter.headers).length });
    },
  });
  await eventually('all letters', () => found.length === hostile.length);
  expect(found).toEqual([
    { group: 'test.reader', value: 0, kept: 0 },
    { group: 'test.reader', value: 1, kept: 50 },
    { group: 'test.reader', value: 1, kept: 3 },
    { group: 'test.reader', value: 1, kept: 0 },
    { group: 'test.reader', value: 1, kept: 0 },
    { group: 'test.reader', value: 1, kept: 0 },
    { group: 'test.reader', value: undefined, kept: 0 },
  ]);
});
