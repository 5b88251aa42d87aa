import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { COUNTRY, principalIn } from '@giaolo/chassis/principal';
import { type Child, type Children, untilReady } from '@giaolo/local/children';
import { type Issuer, openIssuer } from '@giaolo/local/issuer';
import { withAdmin } from '@giaolo/local/kafka-admin';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { freePorts } from '@giaolo/local/ports';
import { environmentOf, type ServiceSpec, services } from '@giaolo/local/services';
import { createTopics } from '@giaolo/local/topics';
import type { Context } from '../scenario.ts';
import { ownRedis } from '../servers.ts';

const READY_WITHIN_MS = 60_000;
const GRACE_MS = 25_000;
/** The services are ended before the servers that they stand on. */
const STAGE = 1;

/** One process of a service; it keeps its ports when it is started again. */
export class Replica {
  readonly service: string;
  /** gRPC, or HTTP where it speaks that; `host:port` */
  readonly address: string;
  /** `host:port` */
  readonly ops: string;
  readonly #start: () => Child;
  #child: Child | undefined;

  constructor(service: string, address: string, ops: string, start: () => Child) {
    this.service = service;
    this.address = address;
    this.ops = ops;
    this.#start = start;
  }

  get child(): Child {
    if (!this.#child) throw new Error(`${this.service} was not started`);
    return this.#child;
  }

  async start(): Promise<void> {
    const child = this.#start();
    this.#child = child;
    await untilReady(child, () => this.isReady(), READY_WITHIN_MS);
  }

  async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`http://${this.ops}/readyz`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

/** Services of ours as processes of their own, as many of each as wanted, on topics and a Redis of their own. */
export interface Fleet {
  readonly replicas: readonly Replica[];
  readonly issuer: Issuer;
  readonly kafka: readonly string[];
  readonly topicPrefix: string;
  of(service: string): readonly Replica[];
}

export async function startFleet(
  context: Context,
  counts: Readonly<Record<string, number>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Fleet> {
  const { servers, children, dir, onEnd } = context;
  const kafka = servers.kafka.join(',');
  const topicPrefix = `fleet-${randomBytes(4).toString('hex')}.`;
  onEnd(async () => {
    await children.endAll();
    await removeTopics(kafka, topicPrefix);
  });
  const [redis, issuer] = await Promise.all([
    ownRedis(context),
    openIssuer(join(dir, 'keys')),
    createTopics(kafka, { prefix: topicPrefix }),
  ]);
  const info = {
    clock: 'wall',
    topicPrefix,
    jwksFile: issuer.jwksFile,
    kafka,
    redis: redis.address,
    redisLive: redis.address,
  };
  const specs = await specsFor(counts);
  const addresses = addressesIn(specs);
  const replicas: Replica[] = [];
  for (const [at, spec] of specs.entries()) {
    const tokenFile = await issuer.write(
      `service-${spec.name}`,
      principalIn(COUNTRY, `service:${spec.name}`, 'service'),
    );
    const own = { ...spec, env: { ...spec.env, ...(spec.name === 'gateway' && addresses) } };
    replicas.push(
      replicaOf(children, own, environmentOf(own, info, tokenFile, env), join(dir, `${spec.name}-${at}.log`)),
    );
  }
  await Promise.all(replicas.map((replica) => replica.start()));
  return {
    replicas,
    issuer,
    kafka: servers.kafka,
    topicPrefix,
    of: (name) => replicas.filter((it) => it.service === name),
  };
}

async function specsFor(counts: Readonly<Record<string, number>>): Promise<ServiceSpec[]> {
  const specs: ServiceSpec[] = [];
  for (let round = 0; round < Math.max(...Object.values(counts)); round++) {
    const all = services(await freePorts());
    specs.push(...all.filter(({ name }) => (counts[name] ?? 0) > round));
  }
  return specs;
}

const listens = ({ env }: ServiceSpec): string => (env['GIAOLO_HTTP_ADDRESS'] ?? env['GIAOLO_GRPC_ADDRESS']) as string;

/** Where the gateway finds all replicas of a service. */
const addressesIn = (specs: readonly ServiceSpec[]): Record<string, string> => {
  const names = [...new Set(specs.map(({ name }) => name))].filter((name) => name !== 'gateway');
  const all = (name: string) => specs.filter((spec) => spec.name === name).map(listens);
  return Object.fromEntries(names.map((name) => [`GIAOLO_${name.toUpperCase()}_ADDRESS`, all(name).join(',')]));
};

function replicaOf(children: Children, spec: ServiceSpec, env: NodeJS.ProcessEnv, log: string): Replica {
  const start = () =>
    children.start({
      name: spec.name,
      stage: STAGE,
      command: nodeProgram,
      args: [spec.main],
      cwd: root,
      log,
      graceMs: GRACE_MS,
      env,
    });
  return new Replica(spec.name, listens(spec), `127.0.0.1:${spec.opsPort}`, start);
}

async function removeTopics(brokers: string, prefix: string): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}
