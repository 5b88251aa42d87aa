import { zstdCompressSync } from 'node:zlib';
import { readRegistry, type TopicEntry } from '@giaolo/topics/registry';
import kafkajs, { type Admin, CompressionTypes, type Message, type Producer } from 'kafkajs';
import { messageNamed } from './contract.ts';
import { Draw } from './draw.ts';
import type { Fleet } from './fleet.ts';
import { hostileRecord } from './kafka-records.ts';

const { CompressionCodecs, Kafka, logLevel } = kafkajs;
const BATCH = 50;
const READ_WITHIN_MS = 120_000;

// Only to send with: whoever reads must do without.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
  decompress: () => Promise.reject(new Error('not read here')),
});

/** Topics that somebody reads, so that they are listeners. */
export const listening = (services: readonly string[]): TopicEntry[] =>
  readRegistry().filter(({ value, consumers }) => value && consumers.some((name) => services.includes(name)));

export class HostileProducer {
  readonly #producer: Producer;
  readonly #admin: Admin;
  readonly #fleet: Fleet;
  refused = 0;

  private constructor(fleet: Fleet, producer: Producer, admin: Admin) {
    this.#fleet = fleet;
    this.#producer = producer;
    this.#admin = admin;
  }

  static async open(fleet: Fleet): Promise<HostileProducer> {
    const kafka = new Kafka({ clientId: 'hostile', brokers: [...fleet.kafka], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    const admin = kafka.admin();
    await Promise.all([producer.connect(), admin.connect()]);
    return new HostileProducer(fleet, producer, admin);
  }

  async close(): Promise<void> {
    await Promise.all([this.#producer.disconnect(), this.#admin.disconnect()]);
  }

  /** Sends `count` records to the topics in turn, whole batches in any compression; what Kafka refuses is refused. */
  async send(topics: readonly TopicEntry[], count: number, seed: number): Promise<void> {
    for (let sent = 0; sent < count; sent += BATCH) {
      const draw = new Draw(seed + sent);
      const topic = draw.pick(topics);
      const type = messageNamed(topic.value as string);
      const messages = Array.from({ length: Math.min(BATCH, count - sent) }, () => hostileRecord(type, draw));
      await this.#deliver(
        topic,
        messages,
        draw.pick([CompressionTypes.None, CompressionTypes.GZIP, CompressionTypes.ZSTD]),
      );
    }
  }

  async #deliver({ name }: TopicEntry, messages: Message[], compression: CompressionTypes): Promise<void> {
    try {
      await this.#producer.send({ topic: this.#fleet.topicPrefix + name, messages, compression });
    } catch {
      if (messages.length === 1) {
        this.refused++;
        return;
      }
      for (const message of messages) await this.#deliver({ name } as TopicEntry, [message], compression);
    }
  }

  /** Resolves when every group has read its topics to their ends; names those that have not. */
  async untilRead(): Promise<readonly string[]> {
    const until = performance.now() + READ_WITHIN_MS;
    for (;;) {
      const behind = await this.#behind();
      if (behind.length === 0 || performance.now() > until) return behind;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #behind(): Promise<string[]> {
    const { topicPrefix } = this.#fleet;
    const { groups } = await this.#admin.listGroups();
    const ours = groups
      .map(({ groupId }) => groupId)
      .filter((id) => id.startsWith(topicPrefix) && !id.includes('.view.'));
    const behind: string[] = [];
    for (const groupId of ours)
      for (const { topic, partitions } of await this.#admin.fetchOffsets({ groupId })) {
        const ends = new Map((await this.#admin.fetchTopicOffsets(topic)).map((end) => [end.partition, end.offset]));
        for (const { partition, offset } of partitions) {
          const end = ends.get(partition) ?? '0';
          if (end !== '0' && offset !== end) behind.push(`${groupId} ${topic}/${partition}: ${offset} of ${end}`);
        }
      }
    return behind;
  }
}
