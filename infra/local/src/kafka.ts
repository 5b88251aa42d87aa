import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, type Children, ending, lastWords, untilReady } from './children.ts';
import { withAdmin } from './kafka-admin.ts';
import { fetchJars } from './maven.ts';
import { root } from './places.ts';
import type { Report } from './report.ts';
import { Trouble } from './trouble.ts';

const READY_WITHIN_MS = 60_000;

/** What a broker of one node is told, wherever it runs; compose.yaml says the same. */
export const brokerSettings: Readonly<Record<string, string>> = {
  'auto.create.topics.enable': 'false',
  'default.replication.factor': '1',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  // Tests end members of a group by kill -9 and then wait for their session to run out.
  'group.min.session.timeout.ms': '500',
  // Its default takes a quarter of the memory that we give.
  'log.cleaner.dedupe.buffer.size': '33554432',
};

/** The JVM's share; compose.yaml says the same. */
export const jvmOptions = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC'];

export interface KafkaPlace {
  /** Keeps the log across runs. */
  readonly dir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly log: string;
}

/** Starts one Kafka node (KRaft, no ZooKeeper) on the loopback interface, and waits until it answers. */
export async function startKafka(place: KafkaPlace, children: Children, report: Report): Promise<Child> {
  const kafka = { name: 'kafka', what: 'Kafka (43 MB)', megabytes: 50 };
  const jars = await fetchJars(kafka, children, report);
  const java = process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin/java') : 'java';
  const classPath = join(jars, '*');
  mkdirSync(place.dir, { recursive: true });
  if (!existsSync(join(place.dir, 'data/meta.properties'))) await format(place, java, classPath, children);
  const log4j = join(root, 'infra/kafka/log4j2.properties');
  const child = children.start({
    name: 'kafka',
    command: java,
    args: [
      ...jvmOptions,
      `-Dlog4j2.configurationFile=${log4j}`,
      '-cp',
      classPath,
      'kafka.Kafka',
      writeProperties(place, 'data'),
    ],
    log: place.log,
    graceMs: 10_000,
  });
  await untilReady(child, () => answers(`127.0.0.1:${place.port}`), READY_WITHIN_MS);
  await untilReady(child, () => coordinates(`127.0.0.1:${place.port}`), READY_WITHIN_MS);
  return child;
}

/** True when the broker serves metadata and can be given topics. */
export async function answers(brokers: string): Promise<boolean> {
  const cluster = await withAdmin(brokers, (admin) => admin.describeCluster()).catch(() => undefined);
  return (cluster?.brokers.length ?? 0) > 0;
}

/** True when groups can be joined: a new Kafka makes the topic of their offsets when it is first asked for one. */
async function coordinates(brokers: string): Promise<boolean> {
  const asked = withAdmin(brokers, async (admin) => {
    await admin.listTopics(); // kafkajs knows no broker to ask before
    return admin.describeGroups(['giaolo.start']);
  });
  return asked.then(
    () => true,
    () => false,
  );
}

// Formatted beside its place: a format that was interrupted leaves nothing that looks formatted.
async function format(place: KafkaPlace, java: string, classPath: string, children: Children): Promise<void> {
  rmSync(join(place.dir, 'data'), { recursive: true, force: true });
  rmSync(join(place.dir, 'formatting'), { recursive: true, force: true });
  const clusterId = randomBytes(16).toString('base64url');
  const properties = writeProperties(place, 'formatting');
  const tool = ['-cp', classPath, 'kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', properties];
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...tool];
  const exit = await children.run({ name: 'kafka format', command: java, args, log: place.log });
  if (exit.code === 127) throw new Trouble('Java is missing: install a JDK 17 or later, or set JAVA_HOME');
  if (exit.code !== 0)
    throw new Trouble(`Kafka could not format its storage (${ending(exit)})${lastWords({ log: place.log })}`);
  renameSync(join(place.dir, 'formatting'), join(place.dir, 'data'));
}

function writeProperties(place: KafkaPlace, data: string): string {
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${place.controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${place.port},CONTROLLER://127.0.0.1:${place.controllerPort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(place.dir, data),
    ...brokerSettings,
  };
  const file = join(place.dir, `${data}.properties`);
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(''));
  return file;
}
