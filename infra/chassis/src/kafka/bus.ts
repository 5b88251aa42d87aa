import type { Consumer } from 'kafkajs';
import type { Bus, Outgoing } from '../bus.ts';
import type { Clock } from '../clock.ts';
import { endConsumer, kafkaClient } from './connection.ts';
import { startConsumer } from './consumer.ts';
import { isUntouched } from './ends.ts';
import { Mender } from './mend.ts';
import { BatchingProducer } from './producer.ts';
import { startView } from './view.ts';

export interface KafkaBusOptions {
  readonly service: string;
  readonly brokers: readonly string[];
  readonly clock: Clock;
  /** Stands before the name of every topic and group, so that platforms can share a cluster. */
  readonly topicPrefix: string;
  /** What the service may send and read; anything else is a fault in the code. */
  readonly produces: readonly { readonly name: string }[];
  readonly consumes: readonly { readonly name: string }[];
}

/** Kafka, as far as a service needs it. Creates no topics: they come with the platform. */
export function openKafkaBus(options: KafkaBusOptions): Bus {
  const kafka = kafkaClient(options.brokers, options.service);
  const physical = (name: string) => options.topicPrefix + name;
  const mayProduce = new Set(options.produces.map(({ name }) => name));
  const mayConsume = new Set(options.consumes.map(({ name }) => name));
  const producer = new BatchingProducer(kafka);
  const consumers: Consumer[] = [];

  const checkProduces = (topic: string) => {
    if (!mayProduce.has(topic)) throw new Error(`${options.service} does not declare that it produces ${topic}`);
  };
  const checkConsumes = (topics: readonly { readonly name: string }[]) => {
    for (const { name } of topics)
      if (!mayConsume.has(name)) throw new Error(`${options.service} does not declare that it consumes ${name}`);
  };
  const publisher = {
    async send(records: readonly Outgoing[], isStillOurs?: () => boolean): Promise<void> {
      for (const { topic } of records) checkProduces(topic);
      await producer.send(
        options.topicPrefix ? records.map((record) => ({ ...record, topic: physical(record.topic) })) : records,
        isStillOurs,
      );
    },
  };
  const mender = new Mender(kafka, publisher, physical);
  const ring = { kafka, publisher, clock: options.clock, service: options.service, physical };

  return {
    publisher,
    async consume(consumption) {
      checkConsumes(consumption.handlers.map(({ topic }) => topic));
      checkProduces(consumption.deadLetters);
      consumers.push(await startConsumer(ring, consumption));
    },
    async view(viewOptions) {
      checkConsumes(viewOptions.sources.map(({ topic }) => topic));
      const { view, consumer } = await startView(ring, viewOptions);
      consumers.push(consumer);
      return view;
    },
    mend: (records, since) => mender.mend(records, since),
    isUntouched: (topics) =>
      isUntouched(
        kafka,
        topics.map(({ name }) => physical(name)),
      ),
    async stopConsuming() {
      await Promise.allSettled(consumers.splice(0).map(endConsumer));
    },
    async close() {
      mender.close();
      await this.stopConsuming();
      await producer.close();
    },
  };
}
