import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type Bus, on } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { brokers, eventually, namespace } from '@giaolo/chassis/testing/brokers';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { createTopics } from '@giaolo/local/topics';
import { OccupancyObserved } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import { readRegistry } from '@giaolo/topics/registry';
import { lotChanged, occupancyDeadLetters, occupancyObserved } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { type FiledLetter, Letters } from './letters.ts';
import { age, details } from './show-letter.ts';

const prefix = `${namespace('recovery')}.`;
const topics = [occupancyObserved, lotChanged, occupancyDeadLetters];
const handled: string[] = [];
let broken = new Set<string>();
let bus: Bus;
let letters: Letters;

beforeAll(async () => {
  const { kafka } = brokers();
  await createTopics(kafka.join(), { prefix, only: readRegistry().map(({ name }) => name) });
  const options = { service: 'parking', brokers: kafka, clock: wallClock, topicPrefix: prefix };
  bus = openKafkaBus({ ...options, produces: topics, consumes: topics });
  letters = new Letters(new Kafka({ brokers: kafka, logLevel: logLevel.NOTHING }), prefix);
  const take = async (batch: readonly { key: string }[]) => {
    const unlucky = batch.find(({ key }) => broken.has(key));
    if (unlucky) throw new Error(`${unlucky.key} is broken`);
    handled.push(...batch.map(({ key }) => key));
  };
  const handlers = [on(occupancyObserved, take), on(lotChanged, take)];
  await bus.consume({ group: 'parking.occupancy', deadLetters: occupancyDeadLetters.name, handlers });
}, 60_000);
afterAll(() => bus?.close());

const observed = (lot: string) => ({
  topic: occupancyObserved.name,
  key: lot,
  value: OccupancyObserved.encode(OccupancyObserved.fromPartial({ observation: { lot } })).finish(),
  headers: { observation: '1|79/2025-07-01||client:sensor' },
});

async function run(...args: string[]): Promise<{ code: number; out: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', GIAOLO_TOPIC_PREFIX: prefix, GIAOLO_LOG_LEVEL: 'fatal' };
  const command = ['--disable-warning=TimeoutNegativeWarning', join(root, 'scripts/dead-letters.ts'), ...args];
  return new Promise((resolve) => {
    execFile(nodeProgram, command, { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    );
  });
}

const letterOf = (key: string) =>
  eventually(`the letter of ${key}`, async () => (await letters.list()).find((letter) => letter.key === key));

test('a letter is listed, shown as JSON, put back and handled', async () => {
  broken = new Set(['lots/a']);
  await bus.publisher.send([observed('lots/a'), observed('lots/b')]);
  const { id } = await letterOf('lots/a');
  expect((await run('list')).out).toContain(`${id}  UNPROCESSABLE x1`);
  expect(JSON.parse((await run('list', '--json', '--service', 'parking')).out)).toMatchObject([{ id, attempt: 1 }]);
  expect((await run('list', '--service', 'transit')).out).toBe('0 dead letters\n');
  expect((await run('list', '--topic', lotChanged.name)).out).toBe('0 dead letters\n');
  expect(JSON.parse((await run('show', id)).out)).toMatchObject({
    id,
    group: 'parking.occupancy',
    key: 'lots/a',
    error: 'Error: lots/a is broken',
    headers: { observation: '1|79/2025-07-01||client:sensor' },
    value: { observation: { lot: 'lots/a' } },
  });

  const failed = await run('redrive', id, '--by', 'user:an', '--why', 'a try');
  expect([failed.code, failed.out]).toEqual([1, expect.stringContaining(`${id}  failed again as parking.occupancy/`)]);
  const again = await letterOf('lots/a');
  expect(again).toMatchObject({ attempt: 2, previous: id });

  broken.clear();
  const { code, out } = await run('redrive', again.id);
  expect([code, out]).toEqual([0, expect.stringContaining(`${again.id}  handled`)]);
  expect(handled.filter((key) => key === 'lots/a')).toHaveLength(1);
  expect(await letters.list()).toEqual([]);
}, 120_000);

test('all letters of a kind go back at once; on a compacted topic they leave the newest of each key alone', async () => {
  const lots = Array.from({ length: 250 }, (_, n) => `lots/n${n}`);
  broken = new Set([...lots, 'lots/changed']);
  const garbage = { ...observed('lots/garbage'), value: Buffer.from([0xff]) };
  const changed = { ...observed('lots/changed'), topic: lotChanged.name };
  await bus.publisher.send([...lots.map(observed), garbage, changed]);
  await eventually('all letters', async () => (await letters.list()).length === lots.length + 2);
  broken.clear();
  const { out } = await run('redrive', '--all', '--reason', 'UNPROCESSABLE');
  expect(out).toContain('251 handled, 0 failed again, 0 waiting');
  expect((await letters.list()).map(({ key, reason }) => [key, reason])).toEqual([['lots/garbage', 'UNREADABLE']]);
  expect(new Set(handled)).toEqual(new Set([...lots, 'lots/changed', 'lots/a', 'lots/b']));
  const seen = await bus.view({ sources: [{ topic: lotChanged as never, project: ({ key }) => key }] });
  expect([...seen.values()]).toEqual(['lots/changed']);
}, 120_000);

test('a record that was too large for its letter is not put back as an empty one', async () => {
  broken = new Set(['lots/large']);
  await bus.publisher.send([{ ...observed('lots/large'), value: Buffer.alloc(750_000, 'x') }]);
  const { id } = await letterOf('lots/large');
  expect((await run('show', id)).out).toContain('left out, being too large');
  const { code, out } = await run('redrive', id);
  expect([code, out]).toEqual([1, expect.stringContaining(`${id}  cut`)]);
  expect((await run('discard', id, '--why', 'too large')).code).toBe(0);
}, 120_000);

test('a letter that nobody will handle is discarded, with a reason', async () => {
  broken = new Set(['lots/lost']);
  await bus.publisher.send([observed('lots/lost')]);
  const { id } = await letterOf('lots/lost');
  expect((await run('discard', id)).code).toBe(1);
  expect((await run('discard', id, '--why', 'the lot is no more')).code).toBe(0);
  expect((await run('show', id)).out).toContain(`there is no letter ${id}, or it was dealt with`);
}, 120_000);

test('the value of a topic that holds data of persons is not shown', () => {
  const letter: FiledLetter = {
    id: 'g/t.v1/0/1',
    group: 'g',
    topic: 't.v1',
    partition: 0,
    offset: '1',
    key: 'k',
    value: Buffer.from('secret'),
    headers: {},
    timestamp: 0,
    reason: 'UNPROCESSABLE',
    error: '',
    attempt: 1,
    previous: undefined,
    isCut: false,
    deadLetters: 'd.v1',
    buriedAt: 0,
  };
  const entry = { producer: ['s'], consumers: [], key: 'k', partitions: 1, config: {} };
  const registry = [
    { ...entry, name: 't.v1', personalData: 'person' as const },
    { ...entry, name: 'd.v1', personalData: 'none' as const },
  ];
  expect(JSON.stringify(details(letter, registry, 0))).not.toMatch(/secret|c2VjcmV0/);
  expect(JSON.stringify(details(letter, [], 0))).not.toMatch(/secret|c2VjcmV0/);
});

test.each([
  [0, '0 s'],
  [61_000, '1 min'],
  [7_300_000, '2 h'],
  [3 * 86_400_000, '3 d'],
])('%d ms are told as %s', (ms, text) => expect(age(0, ms)).toBe(text));
