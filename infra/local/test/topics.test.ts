import { randomBytes } from 'node:crypto';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { readRegistry } from '@giaolo/topics/registry';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { givenBrokers } from '../src/brokers.ts';
import { withAdmin } from '../src/kafka-admin.ts';
import { createTopics } from '../src/topics.ts';

const { kafka } = givenBrokers();
if (!kafka) throw new Error('this test needs a real Kafka: run it through scripts/test infra/local');

// Of each test: what one deletes is gone a moment later.
let prefix = '';
const lots = 'parking.lot.changed.v1';

beforeEach(() => {
  prefix = `topics-${randomBytes(4).toString('hex')}.`;
});

afterEach(() =>
  withAdmin(kafka, async (admin) => {
    const own = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  }),
);

const configOf = (topic: string) =>
  withAdmin(kafka, async (admin) => {
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: prefix + topic };
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
    return Object.fromEntries(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]) ?? []);
  });

test('every topic of topics.yaml is made, with its partitions and settings', async () => {
  await createTopics(kafka, { prefix });
  for (const { name, config } of readRegistry()) expect(await configOf(name)).toMatchObject(config);
  const names = readRegistry().map(({ name }) => prefix + name);
  const { topics } = await withAdmin(kafka, (admin) => admin.fetchTopicMetadata({ topics: names }));
  const partitions = Object.fromEntries(topics.map((topic) => [topic.name, topic.partitions.length]));
  expect(partitions).toEqual(
    Object.fromEntries(readRegistry().map((topic) => [prefix + topic.name, topic.partitions])),
  );
});

type OldTopic = Parameters<kafkajs.Admin['createTopics']>[0]['topics'][number];

const make = (old: OldTopic) =>
  withAdmin(kafka, async (admin) => {
    await admin.createTopics({ topics: [old], waitForLeaders: false });
    await eventually('its leaders', () => admin.fetchTopicOffsets(old.topic).catch(() => undefined));
  });

test('a topic that is there already is given the settings of topics.yaml', async () => {
  const old = { topic: prefix + lots, numPartitions: 12, configEntries: [{ name: 'retention.ms', value: '1000' }] };
  await make(old);
  await createTopics(kafka, { prefix, only: [lots] });
  // the broker puts new settings into force a moment after it took them
  await eventually('the settings in force', async () => (await configOf(lots))['cleanup.policy'] === 'compact');
  expect(await configOf(lots)).toMatchObject({ 'retention.ms': '604800000' });
});

test('a topic with other partitions is not touched, but told', async () => {
  const old = { topic: prefix + lots, numPartitions: 2 };
  await make(old);
  await expect(createTopics(kafka, { prefix, only: [lots] })).rejects.toThrow('has 2 partitions, topics.yaml says 12');
});
