import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Consumer, type Kafka } from 'kafkajs';
import type { ViewOptions } from '../bus.ts';
import type { Clock } from '../clock.ts';
import { LiveView } from '../live-view.ts';
import { log } from '../log.ts';
import { counter } from '../metrics.ts';
import { endWith } from './connection.ts';
import { receive } from './records.ts';
import { SequenceGate } from './sequence.ts';

const { KafkaJSError } = kafkajs;

const ATTEMPTS = 6;

const unreadable = counter('giaolo_kafka_view_unreadable_total', 'Records that a live view could not read');

interface ViewRing {
  readonly kafka: Kafka;
  readonly clock: Clock;
  readonly service: string;
  readonly physical: (topic: string) => string;
}

interface Partition {
  readonly slot: number;
  readonly gate: SequenceGate;
  /** Offset that the view must reach before it is whole. */
  readonly end: bigint;
  behind: boolean;
}

/**
 * Reads all partitions of the topics from the start of what is retained, in a group of this process' own that never
 * commits. Resolves once the view holds all that was there at the start.
 */
export async function startView<V>(
  ring: ViewRing,
  options: ViewOptions<V>,
): Promise<{ view: LiveView<V>; consumer: Consumer }> {
  const sources = new Map(options.sources.map((source) => [ring.physical(source.topic.name), source]));
  const { epoch, partitions } = await layOut(ring.kafka, [...sources.keys()]);
  const view = new LiveView<V>({
    epoch,
    slots: partitions.size,
    now: () => ring.clock.now(),
    ...(options.keep && { keep: options.keep }),
  });
  let missing = [...partitions.values()].filter(({ behind }) => behind).length;
  let whole: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    whole = resolve;
  });
  if (missing === 0) whole();

  const consumer = ring.kafka.consumer({
    groupId: ring.physical(`${ring.service}.view.${randomUUID()}`),
    sessionTimeout: 30_000,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 100, maxRetryTime: 2_000 },
  });
  endWith(consumer);
  await consumer.connect();
  await consumer.subscribe({ topics: [...sources.keys()], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    partitionsConsumedConcurrently: 8,
    eachBatch: async ({ batch, heartbeat }) => {
      const source = sources.get(batch.topic) as ViewOptions<V>['sources'][number];
      const partition = partitions.get(`${batch.topic}/${batch.partition}`);
      if (!partition) return;
      for (const message of batch.messages) {
        try {
          const received = receive(source.topic, batch.partition, message);
          if (!partition.gate.isNew(received.key, received.sequence)) continue;
          partition.gate.passed(received.key, received.sequence);
          if (ring.clock.kind === 'recording') ring.clock.observe(received.time);
          // Sources may use the same key for different things.
          const key = `${source.topic.name}\n${received.key}`;
          view.apply(partition.slot, received.offset, key, source.project(received as never));
        } catch (error) {
          unreadable.add(1, { topic: source.topic.name });
          log.warn({ topic: source.topic.name, offset: message.offset, error: (error as Error).message }, 'unreadable');
        }
      }
      if (partition.behind && BigInt(batch.lastOffset()) + 1n >= partition.end) {
        partition.behind = false;
        if (--missing === 0) whole();
      }
      await heartbeat();
    },
  });
  await ready;
  return { view, consumer };
}

async function layOut(kafka: Kafka, topics: readonly string[]) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { clusterId } = await admin.describeCluster();
    const partitions = new Map<string, Partition>();
    for (const topic of topics) {
      const offsets = await offsetsOf(admin, topic);
      for (const { partition, low, high } of offsets.sort((a, b) => a.partition - b.partition))
        partitions.set(`${topic}/${partition}`, {
          slot: partitions.size,
          gate: new SequenceGate(),
          end: BigInt(high),
          behind: BigInt(high) > BigInt(low),
        });
    }
    return { epoch: clusterId, partitions };
  } finally {
    await admin.disconnect();
  }
}

/** A topic that was just made is not known to every part of the cluster at once. */
async function offsetsOf(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof KafkaJSError && error.retriable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
    }
  }
}
