import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaClient } from '@giaolo/chassis/kafka/connection';
import { givenBrokers, openBrokers } from '@giaolo/local/brokers';
import { claim } from '@giaolo/local/claim';
import type { Context } from '@giaolo/local/command';
import { stateDir } from '@giaolo/local/places';
import { readInfo } from '@giaolo/local/platform-info';
import { freePorts } from '@giaolo/local/ports';
import { Trouble } from '@giaolo/local/trouble';
import type { Admin, Kafka } from 'kafkajs';

/** The servers of the platform that a command works on. */
export interface Target {
  /** `host:port,...` */
  readonly brokers: string;
  /** Of the durable store. */
  readonly redis: string;
  /** Before the names of topics and groups. */
  readonly prefix: string;
}

/**
 * The servers that KAFKA_BROKERS, REDIS_URL and GIAOLO_TOPIC_PREFIX name; or those of the platform that scripts/start runs;
 * or, where none runs, those that hold its state, started for as long as the command takes.
 */
export async function openTarget({ children, atEnd }: Context, mayBeNew = false): Promise<Target> {
  const { kafka, redis = '' } = givenBrokers();
  if (kafka) return { brokers: kafka, redis, prefix: process.env['GIAOLO_TOPIC_PREFIX'] ?? '' };
  const info = readInfo(join(stateDir, 'platform.json'));
  if (info) return { brokers: info.kafka, redis: info.redis, prefix: info.topicPrefix };
  if (!mayBeNew && !existsSync(join(stateDir, 'kafka')))
    throw new Trouble('no platform runs, and none has left a state: run scripts/start, or name one by KAFKA_BROKERS');
  atEnd(await claim(stateDir, children.guardianPid));
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const started = await openBrokers({ dir: stateDir, ports: await freePorts() }, {}, children, say);
  return { brokers: started.kafka, redis: started.redis, prefix: '' };
}

export const connectKafka = ({ brokers }: Pick<Target, 'brokers'>, name: string): Kafka =>
  kafkaClient(brokers.split(','), name);

export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
