import { readRegistry, type TopicEntry } from '@giaolo/topics/registry';
import kafkajs, { type Admin } from 'kafkajs';
import { withAdmin } from './kafka-admin.ts';
import { Trouble } from './trouble.ts';

export interface TopicOptions {
  /** Stands before every name; tests have topics of their own by it. */
  readonly prefix?: string;
  /** Only these topics of the registry. */
  readonly only?: readonly string[];
}

/** Makes the topics of infra/kafka/topics.yaml that are missing, and gives all of them the settings that stand there. */
export async function createTopics(brokers: string, { prefix = '', only }: TopicOptions = {}): Promise<void> {
  const wanted = readRegistry().filter((topic) => only?.includes(topic.name) ?? true);
  await withAdmin(brokers, async (admin) => {
    const present = new Set(await admin.listTopics());
    const [old, missing] = split(wanted, (topic) => present.has(prefix + topic.name));
    await requirePartitions(admin, prefix, old);
    if (old.length > 0) await settle(admin, prefix, old);
    if (missing.length > 0) await create(admin, prefix, missing);
    for (const { name } of missing) await untilLed(admin, prefix + name);
  });
}

const LED_WITHIN_MS = 60_000;

// A broker names itself leader of a new partition a moment before it acts as such.
async function untilLed(admin: Admin, topic: string): Promise<void> {
  const givenUp = performance.now() + LED_WITHIN_MS;
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (performance.now() > givenUp) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function create(admin: Admin, prefix: string, topics: readonly TopicEntry[]): Promise<void> {
  await admin.createTopics({
    waitForLeaders: false, // `untilLed` waits better
    topics: topics.map(({ name, partitions, config }) => ({
      topic: prefix + name,
      numPartitions: partitions,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    })),
  });
}

async function requirePartitions(admin: Admin, prefix: string, topics: readonly TopicEntry[]): Promise<void> {
  const { topics: found } = await admin.fetchTopicMetadata({ topics: topics.map(({ name }) => prefix + name) });
  const count = new Map(found.map((topic) => [topic.name, topic.partitions.length]));
  for (const { name, partitions } of topics)
    if (count.get(prefix + name) !== partitions)
      throw new Trouble(
        `topic ${prefix}${name} has ${count.get(prefix + name)} partitions, topics.yaml says ${partitions}: ` +
          'its keys would move; give it another major version, or clear the local state by scripts/start --fresh',
      );
}

// The whole set of a topic's own settings is replaced: what topics.yaml no longer names is back at Kafka's default.
async function settle(admin: Admin, prefix: string, topics: readonly TopicEntry[]): Promise<void> {
  await admin.alterConfigs({
    validateOnly: false,
    resources: topics.map(({ name, config }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: prefix + name,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    })),
  });
}

function split<T>(values: readonly T[], test: (value: T) => boolean): [T[], T[]] {
  return [values.filter(test), values.filter((value) => !test(value))];
}
