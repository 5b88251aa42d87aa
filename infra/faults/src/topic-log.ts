import { randomUUID } from 'node:crypto';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs';

/** A record as it lies on the bus. */
export interface LogRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Everything that a topic holds now, in the order of its partitions; read without any code of the product. */
export async function readTopic(brokers: readonly string[], topic: string, withinMs = 60_000): Promise<LogRecord[]> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const partitions = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const ends = new Map(partitions.map(({ partition, high }) => [partition, Number(high)]));
  const reached = new Map(partitions.map(({ partition, low }) => [partition, Number(low)]));
  const records: LogRecord[] = [];
  const consumer = kafka.consumer({ groupId: `faults-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, resolveOffset }) => {
      const { partition, messages } = batch;
      for (const message of messages) {
        if (Number(message.offset) < (reached.get(partition) as number)) continue; // fetched twice
        records.push(recordOf(partition, message));
        reached.set(partition, Number(message.offset) + 1);
      }
      resolveOffset(batch.lastOffset());
    },
  });
  const read = () => [...ends].every(([partition, end]) => (reached.get(partition) as number) >= end);
  await eventually(`${topic} is read to its end`, read, withinMs);
  await consumer.disconnect();
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

function recordOf(partition: number, { offset, key, value, headers = {} }: KafkaMessage): LogRecord {
  const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
  return { partition, offset: Number(offset), key: String(key), value, headers: Object.fromEntries(texts) };
}
