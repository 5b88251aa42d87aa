import { afterAll, expect, test } from '@jest/globals';
import type { Outgoing } from '../src/bus.ts';
import { wallClock } from '../src/clock.ts';
import { openKafkaBus } from '../src/kafka/bus.ts';
import { kafkaClient } from '../src/kafka/connection.ts';
import { scan } from '../src/kafka/scan.ts';
import { brokers, createTopics, namespace } from '../src/testing/brokers.ts';

const state = { name: 'test.tally.state.v1' };
const prefix = `${namespace('late')}.`;
const { kafka } = brokers();
const bus = openKafkaBus({
  service: 'late',
  brokers: kafka,
  clock: wallClock,
  topicPrefix: prefix,
  produces: [state],
  consumes: [],
});
afterAll(() => bus.close());

const record = (key: string, sequence: number, value = String(sequence)): Outgoing => ({
  topic: state.name,
  key,
  value: value === '' ? null : Buffer.from(value),
  headers: { ce_sequence: String(sequence) },
});

/** What compaction will leave of each key. */
async function lastOfEachKey(): Promise<Map<string, string | null>> {
  const last = new Map<string, string | null>();
  for await (const { key, value } of scan(kafkaClient(kafka, 'late'), prefix + state.name))
    last.set(key, value && String(value));
  return last;
}

test('old records that came late do not stay the last of their keys', async () => {
  await createTopics([prefix + state.name], 3);
  const since = wallClock.now();
  const late = [record('a', 2), record('a#x', 2), record('b', 4)];
  await bus.publisher.send([record('a', 1), ...late, record('a', 3), record('a#x', 3, ''), record('c', 1)]);
  await bus.publisher.send(late);
  expect(await lastOfEachKey()).toEqual(
    new Map([
      ['a', '2'],
      ['a#x', '2'],
      ['b', '4'],
      ['c', '1'],
    ]),
  );
  await bus.mend(late, since);
  const mended = new Map([
    ['a', '3'],
    ['a#x', null],
    ['b', '4'],
    ['c', '1'],
  ]);
  expect(await lastOfEachKey()).toEqual(mended);
  await bus.mend(late, since);
  expect(await lastOfEachKey()).toEqual(mended);
}, 60_000);

test('what is not the sender’s any more is not sent, and its neighbours are', async () => {
  let ours = true;
  const mine = bus.publisher.send([record('gone', 1)], () => ours);
  const others = bus.publisher.send([record('stays', 1)]);
  ours = false;
  await expect(mine).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await others;
  const last = await lastOfEachKey();
  expect([last.has('gone'), last.has('stays')]).toEqual([false, true]);
}, 60_000);
