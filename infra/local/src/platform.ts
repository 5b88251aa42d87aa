import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { COUNTRY, principalIn } from '@giaolo/chassis/principal';
import { type Brokers, type GivenBrokers, openBrokers } from './brokers.ts';
import { type Child, type Children, ending, lastWords, untilReady } from './children.ts';
import { type Issuer, openIssuer, sampleUnit } from './issuer.ts';
import { root } from './places.ts';
import type { PlatformInfo } from './platform-info.ts';
import { type Ports, requireFree } from './ports.ts';
import type { Report } from './report.ts';
import { environmentOf, type ServiceSpec, services } from './services.ts';
import { createTopics } from './topics.ts';
import { requireSpace, Trouble } from './trouble.ts';

export interface PlatformOptions {
  /** State, keys and logs stand below. */
  readonly dir: string;
  readonly ports: Ports;
  /** As GIAOLO_CLOCK has it, such as `wall`. */
  readonly clock: string;
  /** Servers that run already; the others are started. */
  readonly given: GivenBrokers;
  /** Before the names of topics and groups. */
  readonly topicPrefix?: string;
  /** Told to every service on top of our own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Platform {
  readonly info: PlatformInfo;
  readonly issuer: Issuer;
  /** The process of a service, as it runs now. */
  service(name: string): Child;
  /** Starts a service that has ended, and waits until it is ready. */
  restart(name: string): Promise<void>;
  /** Rejects with a Trouble when a process of the platform ends. */
  untilBroken(): Promise<never>;
}

const LEAST_MEGABYTES = 500;
const STAGE = 1;
const READY_WITHIN_MS = 60_000;

/** Starts a whole platform. When this returns, every service has said that it is ready. */
export async function startPlatform(options: PlatformOptions, children: Children, report: Report): Promise<Platform> {
  const { dir, ports } = options;
  const logs = join(dir, 'logs');
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  requireSpace(dir, LEAST_MEGABYTES, 'the platform');
  const { kafka: _, kafkaController: __, redis: ___, redisLive: ____, ...ours } = ports;
  await requireFree(ours);
  const issuer = await openIssuer(join(dir, 'keys'));
  const brokers = await openBrokers({ dir, logs, ports }, options.given, children, report);
  report(`Kafka and Redis answer (${brokers.kafka}, ${brokers.redis}, ${brokers.redisLive})`);
  await createTopics(brokers.kafka, { prefix: options.topicPrefix ?? '' });
  const info = await describe(options, brokers, issuer, logs);
  const start = await starter(options, info, issuer, children);
  const running = new Map<string, Child>();
  const begin = async (spec: ServiceSpec) => {
    const child = start(spec);
    running.set(spec.name, child);
    await untilReady(child, () => isReady(spec.opsPort), READY_WITHIN_MS);
    report(`${spec.name} is ready`);
  };
  const all = services(ports);
  await Promise.all(all.map(begin));
  return {
    info,
    issuer,
    service: (name) => running.get(name) as Child,
    restart: async (name) => begin(all.find((spec) => spec.name === name) as ServiceSpec),
    untilBroken: () => untilBroken([...brokers.children, ...running.values()]),
  };
}

async function describe(
  { ports, clock, topicPrefix = '' }: PlatformOptions,
  { kafka, redis, redisLive }: Brokers,
  issuer: Issuer,
  logs: string,
): Promise<PlatformInfo> {
  const field = principalIn(sampleUnit, 'client:field', 'operator', 'field', 'registrar');
  const operator = principalIn(sampleUnit, 'user:operator', 'operator', 'registrar', 'auditor');
  return {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    clock,
    gateway: `http://127.0.0.1:${ports.gateway}`,
    parking: `127.0.0.1:${ports.parking}`,
    transit: `127.0.0.1:${ports.transit}`,
    registry: `127.0.0.1:${ports.registry}`,
    audit: `127.0.0.1:${ports.audit}`,
    ops: Object.fromEntries(services(ports).map(({ name, opsPort }) => [name, `http://127.0.0.1:${opsPort}`])),
    kafka,
    topicPrefix,
    redis,
    redisLive,
    tokenFile: await issuer.write('field', field),
    operatorTokenFile: await issuer.write('operator', operator),
    jwksFile: issuer.jwksFile,
    logs,
  };
}

/** Answers how a service is started. */
async function starter(options: PlatformOptions, info: PlatformInfo, issuer: Issuer, children: Children) {
  const tokens = new Map<string, string>();
  for (const { name } of services(options.ports)) {
    const principal = principalIn(COUNTRY, `service:${name}`, 'service');
    tokens.set(name, await issuer.write(`service-${name}`, principal));
  }
  return (spec: ServiceSpec): Child =>
    children.start({
      name: spec.name,
      stage: STAGE,
      command: nodeProgram,
      args: [spec.main],
      cwd: root,
      log: join(info.logs, `${spec.name}.log`),
      graceMs: 22_000, // a little more than a service gives itself
      env: environmentOf(spec, info, tokens.get(spec.name) as string, options.env),
    });
}

/** Node 24, whatever the machine's own node is. */
export const nodeProgram = join(root, 'node_modules/node/bin/node');

async function isReady(opsPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

async function untilBroken(processes: readonly Child[]): Promise<never> {
  const { name, log, exit } = await Promise.race(processes.map((child) => child.exited.then(() => child)));
  throw new Trouble(`${name} ended by itself (${exit ? ending(exit) : 'unknown'})${lastWords({ log })}`);
}
