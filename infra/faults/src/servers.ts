import { join } from 'node:path';
import type { Child } from '@giaolo/local/children';
import { startKafka } from '@giaolo/local/kafka';
import { freePorts } from '@giaolo/local/ports';
import { startRedis } from '@giaolo/local/redis';
import type { Context } from './scenario.ts';

/** A server that a scenario may harm: what it keeps outlives its process. */
export class Victim {
  readonly address: string;
  readonly #start: () => Promise<Child>;
  #child: Child | undefined;

  constructor(address: string, start: () => Promise<Child>) {
    this.address = address;
    this.#start = start;
  }

  /** Starts it, or starts it again in place; resolves when it answers. */
  async start(): Promise<void> {
    this.#child = await this.#start();
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#running.signal('SIGKILL');
    await this.#running.exited;
  }

  /** SIGSTOP and SIGCONT. */
  freeze(): void {
    this.#running.signal('SIGSTOP');
  }

  thaw(): void {
    this.#running.signal('SIGCONT');
  }

  /** Resolves when it has ended, by whatever cause. */
  get ended(): Promise<unknown> {
    return this.#running.exited;
  }

  get hasEnded(): boolean {
    return this.#running.exit !== undefined;
  }

  get #running(): Child {
    if (!this.#child) throw new Error('the server was not started');
    return this.#child;
  }
}

/** A durable Redis as the platform runs it; its state stands below `dir`. */
export async function ownRedis(context: Context, dir = context.dir): Promise<Victim> {
  const { redis: port } = await freePorts();
  const log = join(context.dir, 'redis.log');
  const place = { role: 'durable', dir: join(dir, 'redis'), port, log } as const;
  const victim = new Victim(`redis://127.0.0.1:${port}`, () => startRedis(place, context.children, context.report));
  await victim.start();
  return victim;
}

/** A Kafka of one node as the platform runs it; its log stands below `dir`. */
export async function ownKafka(context: Context, dir = context.dir): Promise<Victim> {
  const { kafka: port, kafkaController: controllerPort } = await freePorts();
  const place = { dir: join(dir, 'kafka'), port, controllerPort, log: join(context.dir, 'kafka.log') };
  const victim = new Victim(`127.0.0.1:${port}`, () => startKafka(place, context.children, context.report));
  await victim.start();
  return victim;
}
