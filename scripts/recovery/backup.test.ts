import { appendFileSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaClient } from '@giaolo/chassis/kafka/connection';
import { scan } from '@giaolo/chassis/kafka/scan';
import { connectRedis, type Redis } from '@giaolo/chassis/redis';
import { outboxLength, storedAggregates } from '@giaolo/chassis/store-bulk';
import { brokers, eventually, namespace } from '@giaolo/chassis/testing/brokers';
import type { TopicEntry } from '@giaolo/topics/registry';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { backUp } from './backup.ts';
import { rebuildService } from './rebuild-service.ts';
import { restore } from './restore.ts';
import {
  createStockTopics,
  type Move,
  openStock,
  stockAfter,
  stockMoved,
  stockPlan,
  stockState,
} from './stock-place.ts';

const entry = { consumers: [], partitions: 4, personalData: 'none' as const };
const registryOf = (service: string): TopicEntry[] => [
  {
    ...entry,
    name: stockState.name,
    producer: [service],
    key: 'stocks/{stock}',
    value: 'StateChanged',
    config: { 'cleanup.policy': 'compact' },
  },
  {
    ...entry,
    name: stockMoved.name,
    producer: [service],
    key: 'stocks/{stock}',
    value: 'Moved',
    config: { 'retention.ms': '-1' },
  },
];

let kafka: Kafka;
let redis: Redis;
let folder: string;
beforeAll(async () => {
  kafka = kafkaClient(brokers().kafka, 'test');
  redis = await connectRedis(brokers().redis, 'decisions');
  folder = mkdtempSync(join(tmpdir(), 'giaolo-backup-'));
});
afterAll(() => {
  redis?.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const ids = Array.from({ length: 12 }, (_, n) => String(n));
const nth = (n: number): Move => ({ put: [`i${n % 7}`, `j${n % 3}`], take: [`i${(n + 3) % 7}`], dueAt: 1_000 + n });

test('a backup of a platform at work is, restored and rebuilt, each aggregate as it was after one of its commits', async () => {
  const [service, successor] = [namespace('stock'), namespace('stock')];
  await Promise.all([createStockTopics(service), createStockTopics(successor)]);
  const stock = await openStock(brokers(), service);
  const acknowledged = new Map(ids.map((id) => [id, 0]));
  let working = true;
  const work = ids.map(async (id) => {
    for (let n = 1; working; n++) {
      await stock.move(id, nth(n));
      acknowledged.set(id, n);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  await eventually('some work', () => [...acknowledged.values()].every((n) => n > 50));
  const before = new Map<string, number>();
  for await (const { key, headers } of scan(kafka, `${service}.${stockState.name}`))
    if (!key.includes('#')) before.set(key, Number(headers['ce_sequence']));
  const dir = join(folder, 'at-work');
  const { topics } = await backUp(kafka, `${service}.`, registryOf(service), dir);
  working = false;
  await Promise.all(work);
  await stock.stop();
  expect(topics.map(({ topic, partitions }) => [topic, partitions])).toEqual([
    [stockState.name, 4],
    [stockMoved.name, 4],
  ]);
  expect(readdirSync(dir)).toContain('manifest.json');
  expect(statSync(dir).mode & 0o077).toBe(0);

  const result = await restore(kafka, `${successor}.`, registryOf(successor), dir);
  expect(result.leftOut).toBeGreaterThan(0);
  const place = { kafka, redis, prefix: `${successor}.` };
  expect(await rebuildService(place, stockPlan(successor))).toMatchObject({ aggregates: ids.length, raised: [] });
  const versions = new Map<string, number>();
  for await (const { name, version, fields, dueAt } of storedAggregates(redis, successor)) {
    const id = name.slice('stocks/'.length);
    const moves = Array.from({ length: version }, (_, n) => nth(n + 1));
    const state = Object.fromEntries([...fields].map(([field, json]) => [field, JSON.parse(json)]));
    expect(state).toEqual(JSON.parse(JSON.stringify(stockAfter(moves))));
    expect(dueAt).toBe(1_000 + version);
    expect(version).toBeGreaterThanOrEqual(before.get(name) ?? 1);
    expect(version).toBeLessThanOrEqual(acknowledged.get(id) ?? 0);
    versions.set(name, version);
  }
  const facts = new Map<string, number[]>();
  for await (const { key, headers } of scan(kafka, `${successor}.${stockMoved.name}`))
    facts.set(key, [...(facts.get(key) ?? []), Number(headers['ce_sequence'])]);
  for (const [name, version] of versions)
    expect(facts.get(name)).toEqual(Array.from({ length: version }, (_, n) => n + 1));

  // It goes on where the backup was.
  const again = await openStock(brokers(), successor);
  await again.move('1', { put: [], take: [] });
  expect(await again.stocks.load('1')).toMatchObject({ moves: (versions.get('stocks/1') ?? 0) + 1 });
  await again.stop();
}, 120_000);

test('a backup that is not whole, or would meet what is there, is refused before anything is written', async () => {
  const [service, successor] = [namespace('stock'), namespace('stock')];
  await Promise.all([createStockTopics(service), createStockTopics(successor)]);
  const stock = await openStock(brokers(), service);
  for (let n = 1; n <= 20; n++) await stock.move('1', nth(n));
  await eventually('it to be sent', async () => (await outboxLength(redis, service)) === 0);
  await stock.stop();
  const dir = join(folder, 'refused');
  const { topics } = await backUp(kafka, `${service}.`, registryOf(service), dir);
  await expect(backUp(kafka, `${service}.`, registryOf(service), dir)).rejects.toThrow('is not empty');
  await expect(restore(kafka, `${service}.`, registryOf(service), dir)).rejects.toThrow('is not empty');

  const into = () => restore(kafka, `${successor}.`, registryOf(successor), dir);
  renameSync(join(dir, 'manifest.json'), join(dir, 'elsewhere'));
  await expect(into()).rejects.toThrow('this is no backup');
  renameSync(join(dir, 'elsewhere'), join(dir, 'manifest.json'));
  const path = topics[0]?.files[0]?.path as string;
  appendFileSync(join(dir, path), 'x');
  await expect(into()).rejects.toThrow(`${path} of the backup is not what was written`);
  for await (const _ of scan(kafka, `${successor}.${stockState.name}`)) throw new Error('something was written');
}, 60_000);
