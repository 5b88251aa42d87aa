import kafkajs, { type ICustomPartitioner, type PartitionMetadata } from 'kafkajs';
import { isStateTopic } from '../state-records.ts';

/**
 * As Kafka's own clients do it, by murmur2 of the key; on topics of state by the part before `#`, so that all records of an
 * aggregate are in one partition: what is retained up to any offset is then the aggregate after one of its commits.
 */
export const partitioner: ICustomPartitioner = () => {
  const byKey = kafkajs.Partitioners.DefaultPartitioner();
  return (record) => {
    const { topic, message } = record;
    if (!isStateTopic(topic) || !message.key) return byKey(record);
    const [name = ''] = message.key.toString().split('#', 1);
    return byKey({ ...record, message: { ...message, key: name } });
  };
};

/** The partition that records of the key go to, of a topic of so many. */
export function partitionOf(topic: string, key: string, partitions: number): number {
  const partitionMetadata = Array.from(
    { length: partitions },
    (_, partitionId): PartitionMetadata => ({ partitionId, partitionErrorCode: 0, leader: 0, replicas: [], isr: [] }),
  );
  return partitioner()({ topic, partitionMetadata, message: { key, value: null } });
}
