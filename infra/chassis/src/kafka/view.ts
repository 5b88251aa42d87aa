import { randomUUID } from 'node:crypto';
import type { Admin, Consumer, Kafka, KafkaMessage } from 'kafkajs';
import type { ViewOptions, ViewSource } from '../bus.ts';
import type { Clock } from '../clock.ts';
import { LiveView } from '../live-view.ts';
import { log } from '../log.ts';
import { counter } from '../metrics.ts';
import { runConsumer } from './connection.ts';
import { redriveGroup } from './dead-letters.ts';
import { CatchUp, type Span, spansOf } from './ends.ts';
import { receive } from './records.ts';
import { SequenceGate } from './sequence.ts';

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
  /** What stands before it is passed over. */
  readonly from: bigint;
}

/**
 * Reads all partitions of the topics from the start of what is retained, in a group of this process' own that never
 * commits. Resolves once the view holds all that was there at the start.
 */
export async function startView<V>(
  ring: ViewRing,
  options: ViewOptions<V>,
): Promise<{ view: LiveView<V>; consumer: Consumer }> {
  const admin = ring.kafka.admin();
  await admin.connect();
  try {
    return await fill(ring, options, admin);
  } finally {
    await admin.disconnect();
  }
}

async function fill<V>(ring: ViewRing, options: ViewOptions<V>, admin: Admin) {
  const sources = new Map(options.sources.map((source) => [ring.physical(source.topic.name), source]));
  const { clusterId: epoch } = await admin.describeCluster();
  const retained = await spansOf(admin, [...sources.keys()]);
  const spans = options.newest === undefined ? retained : retained.map((span) => endOf(span, options.newest as number));
  const partitions = new Map(
    spans.map(({ topic, partition, low }, slot) => [
      `${topic}/${partition}`,
      { slot, gate: new SequenceGate(), from: low },
    ]),
  );
  const view = new LiveView<V>({
    epoch,
    slots: spans.length,
    now: () => ring.clock.now(),
    ...(options.keep && { keep: options.keep }),
  });
  const catchUp = new CatchUp(spans);
  const consumer = ring.kafka.consumer({
    groupId: ring.physical(`${ring.service}.view.${randomUUID()}`),
    sessionTimeout: 30_000,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 100, maxRetryTime: 2_000 },
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [...sources.keys()], fromBeginning: true });
  await runConsumer(consumer, {
    autoCommit: false,
    eachBatchAutoResolve: true,
    partitionsConsumedConcurrently: 8,
    eachBatch: async ({ batch, heartbeat }) => {
      const source = sources.get(batch.topic) as ViewSource<V>;
      const partition = partitions.get(`${batch.topic}/${batch.partition}`);
      if (!partition) return;
      for (const message of batch.messages) take(ring.clock, view, source, partition, batch.partition, message);
      catchUp.reached(batch, BigInt(batch.lastOffset()) + 1n);
      await heartbeat();
    },
  });
  if (options.newest !== undefined)
    for (const { topic, partition, low } of spans) consumer.seek({ topic, partition, offset: String(low) });
  await catchUp.finished(admin);
  return { view, consumer };
}

const endOf = (span: Span, newest: number): Span => ({
  ...span,
  low: span.high - span.low > newest ? span.high - BigInt(newest) : span.low,
});

function take<V>(
  clock: Clock,
  view: LiveView<V>,
  source: ViewSource<V>,
  { slot, gate, from }: Partition,
  partition: number,
  message: KafkaMessage,
): void {
  if (BigInt(message.offset) < from) return;
  if (redriveGroup(message) !== undefined) return;
  // Sources may use the same key for different things.
  const keyOf = (key: string) => `${source.topic.name}\n${key}`;
  if (message.value === null) {
    view.apply(slot, BigInt(message.offset), keyOf(message.key?.toString() ?? ''), undefined);
    return;
  }
  try {
    const received = receive(source.topic, partition, message);
    if (!gate.isNew(received.key, received.sequence)) return;
    gate.passed(received.key, received.sequence);
    if (clock.kind === 'recording') clock.observe(received.time);
    view.apply(slot, received.offset, keyOf(received.key), source.project(received as never));
  } catch (error) {
    unreadable.add(1, { topic: source.topic.name });
    log.warn({ topic: source.topic.name, offset: message.offset, error: (error as Error).message }, 'unreadable');
  }
}
