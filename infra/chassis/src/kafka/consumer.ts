import { type Attributes, type Link, SpanKind, trace } from '@opentelemetry/api';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { Consumption, Handler, Outgoing, Publisher, Received } from '../bus.ts';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import { failpoint } from '../failpoint.ts';
import { log } from '../log.ts';
import { counter, histogram } from '../metrics.ts';
import { parseTraceparent } from '../traceparent.ts';
import { runConsumer } from './connection.ts';
import { deadLetter, redriveGroup } from './dead-letters.ts';
import { receive } from './records.ts';
import { SequenceGate } from './sequence.ts';

const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const CHUNK = 500;
const BYTES_PER_PARTITION = 512 * 1024;
const LINKS = 32;
const LONGEST_PAUSE_MS = 2_000;

const consumed = counter('giaolo_kafka_consumed_total', 'Records handled, by group and topic');
const repeats = counter('giaolo_kafka_repeats_total', 'Records dropped because their key had a newer sequence');
const buried = counter('giaolo_kafka_dead_letters_total', 'Records that became dead letters, by group and reason');
const redriven = counter('giaolo_kafka_redriven_total', 'Records handled once more, having been dead letters');
const retried = counter('giaolo_kafka_handler_retries_total', 'Batches handled again after a passing fault');
const duration = histogram('giaolo_kafka_handle_seconds', 'Time to handle a batch', 's');

export interface ConsumerRing {
  readonly kafka: Kafka;
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** Physical name of a topic, and back. */
  readonly physical: (topic: string) => string;
}

/** Joins the group and handles batches until the returned consumer is stopped. */
export async function startConsumer(ring: ConsumerRing, consumption: Consumption): Promise<Consumer> {
  const consumer = ring.kafka.consumer({
    groupId: ring.physical(consumption.group),
    sessionTimeout: SESSION_MS,
    rebalanceTimeout: 30_000,
    heartbeatInterval: HEARTBEAT_MS,
    maxBytesPerPartition: BYTES_PER_PARTITION,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 100, maxRetryTime: 2_000 },
  });
  const handlers = new Map(consumption.handlers.map((handler) => [ring.physical(handler.topic.name), handler]));
  const gates = new Map<string, SequenceGate>();
  consumer.on('consumer.group_join', () => gates.clear());
  await consumer.connect();
  await consumer.subscribe({ topics: [...handlers.keys()], fromBeginning: true });
  await runConsumer(consumer, {
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: (payload) => {
      const { topic, partition } = payload.batch;
      const slot = `${topic}/${partition}`;
      const gate = gates.get(slot) ?? new SequenceGate();
      gates.set(slot, gate);
      return new BatchRun(ring, consumption, handlers.get(topic) as Handler, payload, gate).run();
    },
  });
  return consumer;
}

/** One fetched batch of one partition on its way through its handler. */
class BatchRun {
  readonly #ring: ConsumerRing;
  readonly #consumption: Consumption;
  readonly #handler: Handler;
  readonly #payload: EachBatchPayload;
  readonly #gate: SequenceGate;
  readonly #attributes: Attributes;
  /** Why the records of this batch are another's now. */
  #gone: unknown;

  constructor(
    ring: ConsumerRing,
    consumption: Consumption,
    handler: Handler,
    payload: EachBatchPayload,
    gate: SequenceGate,
  ) {
    this.#ring = ring;
    this.#consumption = consumption;
    this.#handler = handler;
    this.#payload = payload;
    this.#gate = gate;
    this.#attributes = { group: consumption.group, topic: handler.topic.name };
  }

  async run(): Promise<void> {
    const { batch, resolveOffset, heartbeat, isRunning, isStale } = this.#payload;
    // A handler that works long must not lose its partitions; a failed heartbeat shows at the next one that is awaited.
    const beat = setInterval(() => void heartbeat().catch(() => {}), HEARTBEAT_MS);
    let handled = 0;
    try {
      while (handled < batch.messages.length && isRunning() && !isStale()) {
        const chunk = batch.messages.slice(handled, handled + CHUNK);
        await this.#handleChunk(chunk);
        handled += chunk.length;
        resolveOffset((chunk.at(-1) as KafkaMessage).offset);
        await heartbeat();
      }
    } finally {
      clearInterval(beat);
    }
    if (handled === 0) return;
    failpoint('consumer.after-effect');
    await this.#commit(handled);
  }

  /** Once per fetched batch: what a crash before it repeats is no more than that. */
  async #commit(handled: number): Promise<void> {
    const { batch, commitOffsetsIfNecessary } = this.#payload;
    const { topic, partition, messages } = batch;
    const last = handled === messages.length ? batch.lastOffset() : (messages[handled - 1] as KafkaMessage).offset;
    const partitions = [{ partition, offset: String(BigInt(last) + 1n) }];
    await commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
  }

  async #handleChunk(messages: readonly KafkaMessage[]): Promise<void> {
    const letters: Outgoing[] = [];
    const received: Received<unknown>[] = [];
    // The gate itself learns of the records only when they have been handled: a batch may come again.
    const chunk = new SequenceGate();
    const passing: Received<unknown>[] = [];
    for (const message of messages) {
      const group = redriveGroup(message);
      if (group !== undefined && (group !== this.#consumption.group || message.value === null)) continue;
      try {
        const record = receive(this.#handler.topic, this.#payload.batch.partition, message);
        const { key, sequence } = record;
        if (group !== undefined) {
          redriven.add(1, this.#attributes);
          received.push(record);
          continue;
        }
        if (this.#ring.clock.kind === 'recording') this.#ring.clock.observe(record.time);
        if (this.#gate.isNew(key, sequence) && chunk.isNew(key, sequence)) {
          received.push(record);
          passing.push(record);
          chunk.passed(key, sequence);
        } else repeats.add(1, this.#attributes);
      } catch (error) {
        letters.push(this.#deadLetter(message, 'UNREADABLE', error));
      }
    }
    if (received.length > 0) letters.push(...(await this.#handle(received, messages)));
    if (letters.length > 0) await this.#ring.publisher.send(letters);
    for (const { key, sequence } of passing) this.#gate.passed(key, sequence);
    consumed.add(messages.length, this.#attributes);
  }

  /** Returns the dead letters. */
  async #handle(received: Received<unknown>[], messages: readonly KafkaMessage[]): Promise<Outgoing[]> {
    const span = trace.getTracer('giaolo').startSpan(`process ${this.#handler.topic.name}`, {
      kind: SpanKind.CONSUMER,
      links: linksTo(received),
      attributes: {
        'messaging.system': 'kafka',
        'messaging.destination.name': this.#handler.topic.name,
        'messaging.consumer.group.name': this.#consumption.group,
        'messaging.batch.message_count': received.length,
      },
    });
    const started = performance.now();
    try {
      await this.#untilHandled(received);
      return [];
    } catch (error) {
      if (error === this.#gone) throw error;
      if (received.length === 1) {
        const offset = String((received[0] as Received<unknown>).offset);
        const message = messages.find((each) => each.offset === offset) as KafkaMessage;
        return [this.#deadLetter(message, 'UNPROCESSABLE', error)];
      }
      const letters: Outgoing[] = [];
      for (const record of received) letters.push(...(await this.#handle([record], messages)));
      return letters;
    } finally {
      duration.record((performance.now() - started) / 1_000, this.#attributes);
      span.end();
    }
  }

  async #untilHandled(received: readonly Received<unknown>[]): Promise<void> {
    failpoint('consumer.before-effect');
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#handler.handle(received as readonly Received<never>[]);
      } catch (error) {
        if (!(error instanceof ServiceError && error.transient)) throw error;
        retried.add(1, this.#attributes);
        log.warn(
          { ...this.#attributes, attempt, error: (error as Error).message },
          'kafka: batch will be handled again',
        );
        await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS)));
        await this.#requireOurs();
      }
    }
  }

  /** Rejects when the group has gone on without this member, or it is leaving: the records are another's now. */
  async #requireOurs(): Promise<void> {
    try {
      if (!this.#payload.isRunning()) throw new Error('the consumer is leaving');
      await this.#payload.heartbeat();
    } catch (error) {
      this.#gone = error;
      throw error;
    }
  }

  #deadLetter(message: KafkaMessage, reason: 'UNREADABLE' | 'UNPROCESSABLE', cause: unknown): Outgoing {
    buried.add(1, { ...this.#attributes, reason });
    const error = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    log.warn({ ...this.#attributes, offset: message.offset, reason, error }, 'kafka: dead letter');
    const { group, deadLetters } = this.#consumption;
    const at = { group, topic: this.#handler.topic.name, partition: this.#payload.batch.partition };
    const failed = { ...message, key: message.key?.toString() ?? '', headers: message.headers ?? {} };
    return deadLetter(deadLetters, at, failed, { reason, error });
  }
}

/** Of the first records: more would not fit into a span, and reading all headers would cost more than the handling. */
function linksTo(received: readonly Received<unknown>[]): Link[] {
  const links: Link[] = [];
  for (const { traceparent } of received.slice(0, LINKS)) {
    const context = parseTraceparent(traceparent);
    if (context && context.traceFlags & 1) links.push({ context });
  }
  return links;
}
