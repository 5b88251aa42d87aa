import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { type Bus, on, type Received, type Topic, view } from '../src/bus.ts';
import { wallClock } from '../src/clock.ts';
import { dependencyUnavailable } from '../src/errors.ts';
import { openKafkaBus } from '../src/kafka/bus.ts';
import { type DeadLetter, readDeadLetter, redriven, settled } from '../src/kafka/dead-letters.ts';
import { scan } from '../src/kafka/scan.ts';
import { brokers, createTopics, eventually, namespace } from '../src/testing/brokers.ts';
import { jsonCodec } from '../src/testing/counter-aggregate.ts';
import { memoryBus } from '../src/testing/memory-bus.ts';

type Note = { n: number };
const notes: Topic<Note> = { name: 'test.note.taken.v1', codec: jsonCodec() };
const letters = { name: 'test.notes.dead-letters.v1' };
const prefix = `${namespace('letters')}.`;
const operator = { by: 'user:tester', why: 'mended', at: Date.UTC(2026, 10, 22) };

let kafka: Kafka;
let producer: Producer;
let bus: Bus;
beforeAll(async () => {
  kafka = new Kafka({ brokers: brokers().kafka, logLevel: logLevel.NOTHING });
  producer = kafka.producer();
  await producer.connect();
  await createTopics([prefix + notes.name, prefix + letters.name]);
  const topics = [notes, letters];
  const options = { service: 'test', brokers: brokers().kafka, clock: wallClock, topicPrefix: prefix };
  bus = openKafkaBus({ ...options, produces: topics, consumes: topics });
});
afterAll(() => Promise.all([bus?.close(), producer?.disconnect()]));

const record = (key: string, n: number, sequence: number) => ({
  topic: notes.name,
  key,
  value: Buffer.from(JSON.stringify({ n })),
  headers: { ce_sequence: String(sequence), ce_principal: 'user:driver', ce_time: '2026-01-01T00:00:00.000Z' },
});

async function lettersNow(): Promise<DeadLetter[]> {
  const found = new Map<string, DeadLetter>();
  for await (const { key, value, headers, offset, timestamp } of scan(kafka, prefix + letters.name)) {
    const letter = readDeadLetter({ key, value, headers });
    if (letter) found.set(key, letter);
    else found.delete(key);
    expect([typeof offset, typeof timestamp]).toEqual(['bigint', 'number']);
  }
  return [...found.values()];
}

const letterOnceThere = (attempt: number) =>
  eventually(`the letter of attempt ${attempt}`, async () =>
    (await lettersNow()).find((letter) => letter.attempt === attempt),
  );

test('a letter keeps its record; put back, the record is handled by its group alone, past what came since', async () => {
  const handled: Received<Note>[] = [];
  const elsewhere: number[] = [];
  let unlucky = true;
  await bus.consume({
    group: 'test.reader',
    deadLetters: letters.name,
    handlers: [
      on(notes, async (batch) => {
        if (unlucky && batch.some(({ value }) => value.n === 13)) throw new Error('unlucky');
        handled.push(...batch);
      }),
    ],
  });
  await bus.consume({
    group: 'test.other',
    deadLetters: letters.name,
    handlers: [on(notes, async (batch) => void elsewhere.push(...batch.map(({ value }) => value.n)))],
  });
  const seen = await bus.view({ sources: [view(notes, ({ value }) => value.n)] });
  await bus.publisher.send([record('a', 12, 1), record('a', 13, 2), record('a', 14, 3)]);

  const letter = await letterOnceThere(1);
  const { partition, offset } = letter;
  expect(letter).toMatchObject({
    id: `test.reader/${notes.name}/${partition}/${offset}`,
    group: 'test.reader',
    topic: notes.name,
    key: 'a',
    headers: { ce_sequence: '2', ce_principal: 'user:driver', ce_time: '2026-01-01T00:00:00.000Z' },
    reason: 'UNPROCESSABLE',
    error: 'Error: unlucky',
    previous: undefined,
  });
  expect(String(letter.value)).toBe('{"n":13}');
  await eventually('the rest', () => handled.length === 2 && elsewhere.length === 3 && [...seen.values()][0] === 14);

  await producer.send({ topic: prefix + notes.name, messages: [redriven(letter, operator)] });
  const again = await letterOnceThere(2);
  expect(again).toMatchObject({ key: 'a', error: 'Error: unlucky', previous: letter.id, headers: letter.headers });
  expect(again.timestamp).toBe(letter.timestamp);

  unlucky = false;
  await producer.send({ topic: prefix + notes.name, messages: [redriven(again, operator)] });
  await eventually('the record', () => handled.length === 3);
  expect(handled[2]).toMatchObject({ key: 'a', value: { n: 13 }, sequence: 2, subject: 'user:driver', partition });
  expect(handled[2]?.time).toBe(Date.UTC(2026, 0, 1));

  await producer.send({ topic: prefix + letters.name, messages: [settled(again, 'redriven', operator)] });
  expect((await lettersNow()).map(({ attempt }) => attempt)).toEqual([1]);

  // What was known before is known after: nothing newer was forgotten for it, and nobody else has heard of it.
  await bus.publisher.send([record('a', 14, 3), record('a', 15, 4)]);
  await eventually('what comes later', () => elsewhere.includes(15) && handled.length === 4);
  expect(elsewhere).toEqual([12, 13, 14, 15]);
  expect(handled.map(({ value }) => value.n)).toEqual([12, 14, 13, 15]);
  expect([...seen.values()]).toEqual([15]);
}, 60_000);

test('who leaves while a fault passes leaves at once, and nothing is dead', async () => {
  const own = `${namespace('letters')}.`;
  await createTopics([own + notes.name, own + letters.name]);
  const options = { service: 'test', brokers: brokers().kafka, clock: wallClock, topicPrefix: own };
  const leaving = openKafkaBus({ ...options, produces: [notes, letters], consumes: [notes] });
  let tries = 0;
  const refuse = on(notes, async () => {
    tries++;
    throw dependencyUnavailable('not now');
  });
  await leaving.consume({ group: 'test.reader', deadLetters: letters.name, handlers: [refuse] });
  await leaving.publisher.send([record('a', 1, 1), record('a', 2, 2)]);
  await eventually('a few tries', () => tries > 2);
  await leaving.stopConsuming();
  const before = tries;
  for await (const letter of scan(kafka, own + letters.name)) throw new Error(`${letter.key} is dead`);
  expect(tries).toBe(before);
  await leaving.close();
}, 30_000);

test('the bus of tests says the same of dead letters', async () => {
  const memory = memoryBus(wallClock);
  const handled: number[] = [];
  const elsewhere: number[] = [];
  let unlucky = true;
  await memory.consume({
    group: 'test.reader',
    deadLetters: letters.name,
    handlers: [
      on(notes, async ([received]) => {
        if (unlucky) throw new Error('unlucky');
        handled.push(received?.value.n ?? 0);
      }),
    ],
  });
  await memory.consume({
    group: 'test.other',
    deadLetters: letters.name,
    handlers: [on(notes, async ([received]) => void elsewhere.push(received?.value.n ?? 0))],
  });
  const seen = await memory.view({ sources: [view(notes, ({ value }) => value.n)] });
  const readLetters = () =>
    memory.caught.flatMap(({ topic, key, value, headers }) =>
      topic === letters.name ? (readDeadLetter({ key, value: value && Buffer.from(value), headers }) ?? []) : [],
    );
  await memory.publisher.send([record('a', 13, 2)]);
  await memory.settled();
  const [letter] = readLetters() as [DeadLetter];
  expect(letter).toMatchObject({ id: `test.reader/${notes.name}/0/0`, key: 'a', reason: 'UNPROCESSABLE', attempt: 1 });
  await memory.publisher.send([{ topic: notes.name, ...redriven(letter, operator) }]);
  await memory.settled();
  const again = readLetters()[1] as DeadLetter;
  expect(again).toMatchObject({ key: 'a', attempt: 2, previous: letter.id });
  unlucky = false;
  await memory.publisher.send([{ topic: notes.name, ...redriven(again, operator) }]);
  await memory.settled();
  expect([handled, elsewhere, [...seen.values()]]).toEqual([[13], [13], [13]]);
});

test('a record without a value stays a letter', async () => {
  const memory = memoryBus(wallClock);
  await memory.consume({ group: 'test.reader', deadLetters: letters.name, handlers: [on(notes, async () => {})] });
  await memory.publisher.send([{ topic: notes.name, key: 'a', value: null }]);
  await memory.settled();
  const { key, value, headers } = memory.caught[1] as (typeof memory.caught)[number];
  expect(value).not.toBeNull();
  expect(readDeadLetter({ key, value: value && Buffer.from(value), headers })).toMatchObject({
    key: 'a',
    value: null,
    reason: 'UNREADABLE',
  });
});
