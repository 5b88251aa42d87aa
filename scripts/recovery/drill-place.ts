import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@giaolo/chassis/grpc/client';
import { type Child, Children } from '@giaolo/local/children';
import { startKafka } from '@giaolo/local/kafka';
import { root } from '@giaolo/local/places';
import { nodeProgram, type Platform, startPlatform } from '@giaolo/local/platform';
import { freePorts, type Ports } from '@giaolo/local/ports';
import { type RedisRole, startRedis } from '@giaolo/local/redis';
import type { Report } from '@giaolo/local/report';
import { AuditServiceClient } from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';

type Server = 'kafka' | 'redis' | 'redis-live';

/** A platform with servers of its own, which can be lost with their disks and come back empty. */
export class DrillPlace {
  readonly dir = mkdtempSync(join(tmpdir(), 'giaolo-drill-'));
  readonly children = new Children();
  readonly #report: Report;
  readonly #servers = new Map<Server, Child>();
  readonly #clients: { close(): void }[] = [];
  #ports: Ports | undefined;
  #platform: Platform | undefined;

  constructor(report: Report) {
    this.#report = report;
  }

  get platform(): Platform {
    return this.#platform as Platform;
  }

  get ports(): Ports {
    return this.#ports as Ports;
  }

  async open(): Promise<void> {
    this.#ports = await freePorts();
    await this.startServers('kafka', 'redis', 'redis-live');
    const { kafka, redis, redisLive } = this.ports;
    const given = {
      kafka: `127.0.0.1:${kafka}`,
      redis: `redis://127.0.0.1:${redis}`,
      redisLive: `redis://127.0.0.1:${redisLive}`,
    };
    const options = { dir: join(this.dir, 'platform'), ports: this.ports, clock: 'wall', given };
    this.#platform = await startPlatform(options, this.children, this.#report);
  }

  /** On the ports that they had, with what is on their disks. */
  async startServers(...names: Server[]): Promise<void> {
    await Promise.all(names.map(async (name) => this.#servers.set(name, await this.#start(name))));
  }

  /** kill -9, and nothing is left of the disk. */
  async lose(...names: Server[]): Promise<void> {
    const lost = names.map((name) => this.#servers.get(name) as Child);
    for (const child of lost) child.signal('SIGKILL');
    await Promise.all(lost.map(({ exited }) => exited));
    for (const name of names) rmSync(join(this.dir, name), { recursive: true });
  }

  /** A service that ends by itself, and is started anew by whoever runs it. */
  async untilRestarted(name: string): Promise<void> {
    await this.platform.service(name).exited;
    await this.platform.restart(name);
  }

  /** kill -9 of every service. */
  async killServices(): Promise<void> {
    const services = Object.keys(this.platform.info.ops).map((name) => this.platform.service(name));
    for (const child of services) child.signal('SIGKILL');
    await Promise.all(services.map(({ exited }) => exited));
  }

  /** Runs one of our commands on this platform; throws when it fails. */
  async run(script: string, ...args: string[]): Promise<void> {
    const { kafka, redis } = this.platform.info;
    const log = join(this.dir, `${script}.log`);
    const { code } = await this.children.run({
      name: script,
      command: nodeProgram,
      args: ['--disable-warning=TimeoutNegativeWarning', join(root, `scripts/${script}.ts`), ...args],
      cwd: root,
      log,
      env: {
        ...process.env,
        NODE_OPTIONS: undefined, // jest's
        KAFKA_BROKERS: kafka,
        REDIS_URL: redis,
        GIAOLO_TOPIC_PREFIX: '',
        GIAOLO_LOG_LEVEL: 'fatal',
      },
    });
    const said = readFileSync(log, 'utf8').trim();
    for (const line of said.split('\n')) this.#report(`  ${line}`);
    if (code !== 0) throw new Error(`scripts/${script} ended with ${code}: ${said}`);
  }

  parking() {
    return this.#client(connect(ParkingServiceClient, this.platform.info.parking, { token: this.#token() }));
  }

  transit() {
    return this.#client(connect(TransitServiceClient, this.platform.info.transit, { token: this.#token() }));
  }

  audit() {
    return this.#client(connect(AuditServiceClient, this.platform.info.audit, { token: this.#token() }));
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.children.endAll();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #client<C extends { close(): void }>(client: C): C {
    this.#clients.push(client);
    return client;
  }

  #token(): string {
    return readFileSync(this.platform.info.operatorTokenFile, 'utf8').trim();
  }

  #start(name: Server): Promise<Child> {
    const place = { dir: join(this.dir, name), log: join(this.dir, `${name}.log`) };
    const { kafka, kafkaController, redis, redisLive } = this.ports;
    if (name === 'kafka')
      return startKafka({ ...place, port: kafka, controllerPort: kafkaController }, this.children, this.#report);
    const [role, port]: [RedisRole, number] = name === 'redis' ? ['durable', redis] : ['live', redisLive];
    return startRedis({ ...place, role, port }, this.children, this.#report);
  }
}
