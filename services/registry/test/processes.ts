import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Bus, view } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { connect } from '@giaolo/chassis/grpc/client';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import type { Principal } from '@giaolo/chassis/principal';
import { connectRedis } from '@giaolo/chassis/redis';
import { brokers, createTopics, namespace } from '@giaolo/chassis/testing/brokers';
import type { AssetChanged, DeviceChanged } from '@giaolo/proto/giaolo/registry/v1/registry_events';
import { RegistryServiceClient } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { assetChanged, deviceChanged } from '@giaolo/topics/topics';
import { consumes, produces } from '../src/messages.ts';
import { issuer } from './people.ts';
import type { Client } from './stage.ts';

export interface Process {
  readonly address: string;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** The service as processes on real Kafka and Redis, with topics and keys of its own. */
export class Processes {
  readonly assetFacts: AssetChanged[] = [];
  readonly deviceFacts: DeviceChanged[] = [];
  readonly #service = namespace('registry');
  readonly #prefix = `${this.#service}.`;
  readonly #running: Process[] = [];
  readonly #clients: Client[] = [];
  readonly #clock: string;
  #dir!: string;
  #issuer!: Awaited<ReturnType<typeof issuer>>;
  #watcher!: Bus;

  constructor(clock = 'wall') {
    this.#clock = clock;
  }

  async open(): Promise<void> {
    this.#dir = await mkdtemp(join(tmpdir(), 'registry-'));
    this.#issuer = await issuer();
    await writeFile(join(this.#dir, 'jwks.json'), JSON.stringify(this.#issuer.jwks));
    await createTopics([...new Set([...produces, ...consumes].map(({ name }) => this.#prefix + name))]);
    const identity = { service: this.#service, brokers: brokers().kafka, clock: wallClock, topicPrefix: this.#prefix };
    this.#watcher = openKafkaBus({ ...identity, produces, consumes });
    const assets = view(assetChanged, ({ value }) => void this.assetFacts.push(value));
    const devices = view(deviceChanged, ({ value }) => void this.deviceFacts.push(value));
    await this.#watcher.view({ sources: [assets, devices] });
  }

  async close(): Promise<(number | null)[]> {
    for (const client of this.#clients) client.close();
    const codes = await Promise.all(this.#running.map((each) => each.end('SIGTERM')));
    await this.#watcher.close();
    const redis = await connectRedis(brokers().redis, 'decisions');
    for await (const keys of redis.scanIterator({ MATCH: `{${this.#service}*` }))
      if (keys.length > 0) await redis.del(keys);
    await redis.close();
    await rm(this.#dir, { recursive: true });
    return codes;
  }

  async start(): Promise<Process> {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const { kafka, redis, redisLive } = brokers();
    const env = {
      GIAOLO_SERVICE: this.#service,
      GIAOLO_TOPIC_PREFIX: this.#prefix,
      GIAOLO_CLOCK: this.#clock,
      GIAOLO_JWKS_FILE: join(this.#dir, 'jwks.json'),
      GIAOLO_GRPC_ADDRESS: '127.0.0.1:0',
      GIAOLO_OPS_ADDRESS: '127.0.0.1:0',
      GIAOLO_LOG_LEVEL: 'info',
      KAFKA_BROKERS: kafka.join(','),
      REDIS_URL: redis,
      REDIS_LIVE_URL: redisLive,
    };
    const child = spawn(process.execPath, [`${import.meta.dirname}/../src/main.ts`], {
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = { address: await addressOf(child), end: (signal: 'SIGTERM' | 'SIGKILL') => end(child, signal) };
    this.#running.push(started);
    return started;
  }

  async client({ address }: Process, principal: Principal): Promise<Client> {
    const client = connect(RegistryServiceClient, address, { token: await this.#issuer.token(principal) });
    this.#clients.push(client);
    return client;
  }
}

/** Where it listens, once it is ready; what it said is thrown when it ends before. */
async function addressOf(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  let address = '';
  child.stderr?.on('data', (text) => said.push(String(text)));
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    said.push(line);
    const entry = JSON.parse(line);
    if (entry.msg === 'listening') address = entry.address;
    if (entry.msg !== 'registry is ready') continue;
    // Read on, or it would stop at a full pipe.
    child.stdout?.resume();
    return address;
  }
  throw new Error(`the process ended before it was ready:\n${said.join('\n')}`);
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code] = await ended;
  return code;
}
