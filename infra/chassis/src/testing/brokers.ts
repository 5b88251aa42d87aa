import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

/** Real servers for a test; throws where the run was not given them. */
export function brokers(): { kafka: string[]; redis: string; redisLive: string } {
  const { KAFKA_BROKERS, REDIS_URL, REDIS_LIVE_URL } = process.env;
  if (!KAFKA_BROKERS || !REDIS_URL || !REDIS_LIVE_URL)
    throw new Error('this test needs real Kafka and Redis: run it through scripts/test [pattern]');
  return { kafka: KAFKA_BROKERS.split(','), redis: REDIS_URL, redisLive: REDIS_LIVE_URL };
}

/** Keeps the topics, groups and keys of one test apart from those of all others. */
export const namespace = (name: string): string => `${name}-${randomBytes(4).toString('hex')}`;

export async function createTopics(
  names: readonly string[],
  partitions = 4,
  kafka: readonly string[] = brokers().kafka,
): Promise<void> {
  const admin = new Kafka({ brokers: [...kafka], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: false,
    topics: names.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
  });
  // A broker names itself leader of a new partition a moment before it acts as such.
  for (const name of names)
    await eventually(`${name} has its leaders`, () => admin.fetchTopicOffsets(name).catch(() => undefined));
  await admin.disconnect();
}

/** Resolves when `met` returns something; fails with `what` after `withinMs`. */
export async function eventually<T>(
  what: string,
  met: () => T | Promise<T>,
  withinMs = 20_000,
): Promise<NonNullable<T>> {
  const until = performance.now() + withinMs;
  for (;;) {
    const value = await met();
    if (value) return value;
    if (performance.now() > until) throw new Error(`did not happen within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
