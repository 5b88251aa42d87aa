import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import type { Outgoing, Publisher } from '../bus.ts';
import { dependencyUnavailable, overloaded } from '../errors.ts';
import { failpoint } from '../failpoint.ts';
import { log } from '../log.ts';
import { counter, histogram } from '../metrics.ts';
import { partitioner } from './partition.ts';

const { CompressionTypes, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs;

interface Waiting {
  readonly records: readonly Outgoing[];
  readonly bytes: number;
  readonly isStillOurs: (() => boolean) | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  settled?: true;
}

export interface ProducerLimits {
  readonly batchBytes: number;
  readonly waitingBytes: number;
  readonly recordBytes: number;
}

const LIMITS: ProducerLimits = { batchBytes: 512 * 1024, waitingBytes: 64 * 1024 * 1024, recordBytes: 900 * 1024 };
const OVERHEAD_BYTES = 100;
const REBUILD_AFTER = 3;
const LONGEST_PAUSE_MS = 2_000;

const produced = counter('giaolo_kafka_produced_total', 'Records acknowledged by Kafka');
const resent = counter('giaolo_kafka_resent_total', 'Batches sent again because their answer did not come');
const duration = histogram('giaolo_kafka_produce_seconds', 'From sending a batch to its acknowledgement', 's');

/**
 * Sends one batch at a time and gathers the next meanwhile; a batch without an answer is sent again unchanged until it is
 * acknowledged. The producer is not idempotent on purpose: with overlapping sends, kafkajs' idempotence loses acknowledged
 * records when a connection is cut. So a record may come twice, and comes first in the order of `send`.
 */
export class BatchingProducer implements Publisher {
  readonly #kafka: Kafka;
  readonly #limits: ProducerLimits;
  #producer: Producer | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(kafka: Kafka, limits: Partial<ProducerLimits> = {}) {
    this.#kafka = kafka;
    this.#limits = { ...LIMITS, ...limits };
  }

  send(records: readonly Outgoing[], isStillOurs?: () => boolean): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.#closed) return Promise.reject(goingAway());
    let bytes = 0;
    for (const { key, value } of records) {
      const size = key.length + (value?.length ?? 0) + OVERHEAD_BYTES;
      if (size > this.#limits.recordBytes) return Promise.reject(new Error(`record of ${size} bytes for ${key}`));
      bytes += size;
    }
    if (this.#waitingBytes + bytes > this.#limits.waitingBytes)
      return Promise.reject(overloaded('too many records wait for Kafka'));
    this.#waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, bytes, isStillOurs, resolve, reject });
      this.#sending ??= this.#sendAll();
    });
  }

  /** Sends what waits, then disconnects; what Kafka does not take within `withinMs` is rejected. */
  async close(withinMs = 5_000): Promise<void> {
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref());
    if (this.#sending) await Promise.race([this.#sending, timeout]);
    this.#closed = true;
    for (const waiting of this.#waiting) waiting.reject(goingAway());
    this.#waiting = [];
    await this.#producer?.disconnect().catch(() => {});
  }

  async #sendAll(): Promise<void> {
    // A turn of the loop later: what is sent in one turn travels in one batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 && !this.#closed) {
      const batch = this.#takeBatch();
      const started = performance.now();
      await this.#deliver(batch);
      duration.record((performance.now() - started) / 1_000);
    }
    this.#sending = undefined;
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      if (count > 0 && bytes + waiting.bytes > this.#limits.batchBytes) break;
      bytes += waiting.bytes;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #deliver(batch: readonly Waiting[]): Promise<void> {
    const refused = await this.#sendUntilAnswered(batch);
    // One record that Kafka will never take must not take its neighbours with it.
    if (refused && batch.length > 1) {
      for (const waiting of batch) if (!waiting.settled) await this.#deliver([waiting]);
      return;
    }
    for (const waiting of batch) this.#settle(waiting, refused);
  }

  #settle(waiting: Waiting, error: Error | undefined): void {
    if (waiting.settled) return;
    waiting.settled = true;
    this.#waitingBytes -= waiting.bytes;
    if (error) waiting.reject(error);
    else waiting.resolve();
  }

  /** Those that may still be sent; the others are refused. */
  #stillOurs(batch: readonly Waiting[]): Waiting[] {
    return batch.filter((waiting) => {
      if (waiting.isStillOurs?.() ?? true) return true;
      this.#settle(waiting, overtaken());
      return false;
    });
  }

  /** Undefined once Kafka has acknowledged the batch; the error if it never will. */
  async #sendUntilAnswered(batch: readonly Waiting[]): Promise<Error | undefined> {
    let rest = batch;
    for (let attempt = 1; ; attempt++) {
      try {
        this.#producer ??= await this.#connect();
        rest = this.#stillOurs(rest);
        if (rest.length === 0) return undefined;
        const topicMessages = byTopic(rest);
        failpoint('producer.before-request');
        await this.#producer.sendBatch({ topicMessages, acks: -1, compression: CompressionTypes.None });
        for (const { messages } of topicMessages) produced.add(messages.length);
        return undefined;
      } catch (error) {
        if (this.#closed) return goingAway();
        if (isFinal(error)) return rootOf(error);
        resent.add(1);
        log.warn({ attempt, error: (error as Error).message }, 'kafka: no answer to a batch, sending it again');
        if (attempt % REBUILD_AFTER === 0) await this.#discard();
        await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS)));
      }
    }
  }

  async #connect(): Promise<Producer> {
    const producer = this.#kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      createPartitioner: partitioner,
      retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 500 },
    });
    await producer.connect();
    return producer;
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => {});
  }
}

/** kafkajs writes any other array of bytes as text. */
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const overtaken = () => dependencyUnavailable('the records are another replica’s to send by now');

const goingAway = () => dependencyUnavailable('this replica is going away');

/** kafkajs retries on several levels at once, and each wraps what the one below it gave up at. */
function rootOf(error: Error): Error {
  let root = error;
  while (root instanceof KafkaJSNumberOfRetriesExceeded && root.cause instanceof Error) root = root.cause;
  return root;
}

/** What will be refused however often it is sent: a record that is too large, a right that is missing. */
function isFinal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const root = rootOf(error);
  return root instanceof KafkaJSProtocolError && !root.retriable;
}

function byTopic(batch: readonly Waiting[]): { topic: string; messages: Message[] }[] {
  const topics = new Map<string, Message[]>();
  for (const { records } of batch)
    for (const record of records) {
      const messages = topics.get(record.topic) ?? [];
      if (messages.length === 0) topics.set(record.topic, messages);
      messages.push({
        key: record.key,
        value: record.value && asBuffer(record.value),
        ...(record.headers && { headers: record.headers }),
      });
    }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}
