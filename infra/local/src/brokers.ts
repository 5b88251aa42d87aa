import { join } from 'node:path';
import type { Child, Children } from './children.ts';
import { answers, startKafka } from './kafka.ts';
import { type Ports, requireFree } from './ports.ts';
import { pongs, startRedis } from './redis.ts';
import type { Report } from './report.ts';
import { Trouble } from './trouble.ts';

/** The servers that a platform stands on, as its services are told. */
export interface Brokers {
  /** `host:port,...` */
  readonly kafka: string;
  readonly redis: string;
  readonly redisLive: string;
  /** Those that we started. */
  readonly children: readonly Child[];
}

export type GivenBrokers = Partial<Pick<Brokers, 'kafka' | 'redis' | 'redisLive'>>;

/** Servers that run already, by KAFKA_BROKERS, REDIS_URL and REDIS_LIVE_URL. */
export function givenBrokers(env: NodeJS.ProcessEnv = process.env): GivenBrokers {
  const { KAFKA_BROKERS: kafka, REDIS_URL: redis, REDIS_LIVE_URL: redisLive } = env;
  return { ...(kafka && { kafka }), ...(redis && { redis }), ...(redisLive && { redisLive }) };
}

export interface BrokersPlace {
  /** Kafka's log and the data of Redis stand below. */
  readonly dir: string;
  /** Folder of what the servers say; `<dir>/logs` when absent. */
  readonly logs?: string;
  readonly ports: Ports;
}

/** Starts those of the three servers that are not given; all of them answer when this returns. */
export async function openBrokers(
  { dir, logs = join(dir, 'logs'), ports }: BrokersPlace,
  given: GivenBrokers,
  children: Children,
  report: Report,
): Promise<Brokers> {
  await requireFree({
    ...(!given.kafka && { kafka: ports.kafka, kafkaController: ports.kafkaController }),
    ...(!given.redis && { redis: ports.redis }),
    ...(!given.redisLive && { redisLive: ports.redisLive }),
  });
  const place = (name: string) => ({ dir: join(dir, name), log: join(logs, `${name}.log`) });
  const kafkaPlace = { ...place('kafka'), port: ports.kafka, controllerPort: ports.kafkaController };
  const durable = { ...place('redis'), role: 'durable' as const, port: ports.redis };
  const live = { ...place('redis-live'), role: 'live' as const, port: ports.redisLive };
  const started = await Promise.all([
    given.kafka ? requireKafka(given.kafka) : startKafka(kafkaPlace, children, report),
    given.redis ? requireRedis('REDIS_URL', given.redis) : startRedis(durable, children, report),
    given.redisLive ? requireRedis('REDIS_LIVE_URL', given.redisLive) : startRedis(live, children, report),
  ]);
  return {
    kafka: given.kafka ?? `127.0.0.1:${ports.kafka}`,
    redis: given.redis ?? `redis://127.0.0.1:${ports.redis}`,
    redisLive: given.redisLive ?? `redis://127.0.0.1:${ports.redisLive}`,
    children: started.filter((child) => child !== undefined),
  };
}

async function requireKafka(brokers: string): Promise<undefined> {
  if (!(await answers(brokers))) throw new Trouble(`no Kafka answers at ${brokers} (KAFKA_BROKERS)`);
}

async function requireRedis(variable: string, url: string): Promise<undefined> {
  const { hostname, port, protocol, username, password } = new URL(url);
  // Servers that want TLS or a password are left to the services' own check.
  if (protocol !== 'redis:' || username || password) return;
  if (!(await pongs(hostname, Number(port || 6379)))) throw new Trouble(`no Redis answers at ${url} (${variable})`);
}
