import { randomBytes } from 'node:crypto';
import { kafkaClient } from '@giaolo/chassis/kafka/connection';

/** Topics of one bench's own. */
export async function makeTopics(brokers: readonly string[], count: number, partitions: number): Promise<string[]> {
  const names = Array.from({ length: count }, () => `bench-${randomBytes(4).toString('hex')}`);
  const admin = kafkaClient(brokers, 'bench').admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: names.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
  });
  await admin.disconnect();
  return names;
}
