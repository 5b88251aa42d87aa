import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, view } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { connect } from '@giaolo/chassis/grpc/client';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { kafkaClient } from '@giaolo/chassis/kafka/connection';
import { COUNTRY, formatUnit, type Unit } from '@giaolo/chassis/principal';
import { connectRedis } from '@giaolo/chassis/redis';
import { brokers, createTopics, namespace } from '@giaolo/chassis/testing/brokers';
import { type Child, Children, untilReady } from '@giaolo/local/children';
import { nodeProgram } from '@giaolo/local/platform';
import { ActRecorded } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { AuditServiceClient } from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { UnitChanged } from '@giaolo/proto/giaolo/registry/v1/unit_events';
import { AdministrativeUnit } from '@giaolo/proto/giaolo/type/v1/unit';
import { actRecorded, chainExtended, unitChanged } from '@giaolo/topics/topics';
import { linksOf, type ReadRecords, recordsIn } from '../src/adapters/chain-topic.ts';
import type { TopicLink } from '../src/adapters/wire.ts';
import { consumes, produces } from '../src/messages.ts';
import { administrator, issuer } from './people.ts';
import { allOf, type Client } from './stage.ts';

const READY_WITHIN_MS = 60_000;
const PARTITIONS = 4;

/** Replicas of the service as processes on real Kafka and Redis, with topics and keys of their own. */
export class Fleet {
  readonly #service = namespace('audit');
  readonly #prefix = `${this.#service}.`;
  readonly #children = new Children();
  readonly #clients: Client[] = [];
  /** In the order in which they were started. */
  readonly replicas: Child[] = [];
  /** Acts that were told to be in a chain, as base64 of their records. */
  readonly chained = new Set<string>();
  #dir!: string;
  #issuer!: Awaited<ReturnType<typeof issuer>>;
  #others!: Bus;
  #read!: ReadRecords;

  /** With these provinces, and all that is asked for by the administrator of the country. */
  async open(provinces: readonly Unit[]): Promise<void> {
    this.#dir = await mkdtemp(join(tmpdir(), 'audit-'));
    this.#issuer = await issuer();
    await writeFile(join(this.#dir, 'jwks.json'), JSON.stringify(this.#issuer.jwks));
    const names = new Set([...produces, ...consumes].map(({ name }) => this.#prefix + name));
    await createTopics([...names], PARTITIONS);
    const { kafka } = brokers();
    const identity = { service: 'others', brokers: kafka, clock: wallClock, topicPrefix: this.#prefix };
    this.#others = openKafkaBus({ ...identity, produces: [actRecorded, unitChanged], consumes: [chainExtended] });
    const remember = view(chainExtended, ({ value }) => {
      this.chained.add(value.act.toString('base64'));
      return undefined;
    });
    await this.#others.view({ sources: [remember] });
    await this.#others.publisher.send(
      [COUNTRY, ...provinces].map((ref) => {
        const unit = AdministrativeUnit.fromPartial({ ref, ...(ref !== COUNTRY && { parent: COUNTRY }) });
        return {
          topic: unitChanged.name,
          key: `units/${formatUnit(ref)}`,
          value: UnitChanged.encode({ unit }).finish(),
        };
      }),
    );
    this.#read = recordsIn(this.#prefix + chainExtended.name, kafka, 'outside');
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#children.endAll();
    await this.#others.stopConsuming();
    await this.#others.close();
    const redis = await connectRedis(brokers().redis, 'decisions');
    for await (const keys of redis.scanIterator({ MATCH: `{${this.#service}*` }))
      if (keys.length > 0) await redis.del(keys);
    await redis.close();
    await rm(this.#dir, { recursive: true });
  }

  /** Starts one more; resolves when it is ready. */
  async replica(): Promise<Child> {
    const { kafka, redis, redisLive } = brokers();
    const name = `audit-${this.replicas.length + 1}`;
    const child = this.#children.start({
      name,
      command: nodeProgram,
      args: [`${import.meta.dirname}/../src/main.ts`],
      log: join(this.#dir, `${name}.log`),
      env: {
        ...process.env,
        NODE_OPTIONS: undefined, // jest's
        GIAOLO_LOG_LEVEL: 'info',
        GIAOLO_SERVICE: this.#service,
        KAFKA_BROKERS: kafka.join(','),
        REDIS_URL: redis,
        REDIS_LIVE_URL: redisLive,
        GIAOLO_TOPIC_PREFIX: this.#prefix,
        GIAOLO_JWKS_FILE: join(this.#dir, 'jwks.json'),
        GIAOLO_GRPC_ADDRESS: '127.0.0.1:0',
        GIAOLO_OPS_ADDRESS: '127.0.0.1:0',
      },
    });
    this.replicas.push(child);
    await untilReady(child, async () => said(child, 'audit is ready') !== undefined, READY_WITHIN_MS);
    return child;
  }

  async client(replica: Child): Promise<Client> {
    const token = await this.#issuer.token(administrator);
    const client = connect(AuditServiceClient, said(replica, 'listening')?.address ?? '', { token });
    this.#clients.push(client);
    return client;
  }

  /** Records of acts, as the relay of a deciding service sends them. */
  async record(acts: readonly ActRecorded[]): Promise<void> {
    await this.#others.publisher.send(
      acts.map((act) => ({
        topic: actRecorded.name,
        key: formatUnit(act.unit as Unit),
        value: ActRecorded.encode(act).finish(),
      })),
    );
  }

  /** The chain as it stands in Kafka, read by somebody outside. */
  links(unit: Unit): Promise<TopicLink[]> {
    return allOf(linksOf(unit, this.#read));
  }

  /** The group reads everything again. No replica may run. */
  async setBack(): Promise<void> {
    const [groupId, topic] = [`${this.#prefix}audit.chain`, this.#prefix + actRecorded.name];
    const admin = kafkaClient(brokers().kafka, 'outside').admin();
    await admin.connect();
    await admin.resetOffsets({ groupId, topic, earliest: true }).finally(() => admin.disconnect());
  }
}

/** The line of a replica's log with this message. */
function said(child: Child, message: string): { address?: string } | undefined {
  const lines = readFileSync(child.log as string, 'utf8').split('\n');
  const line = lines.find((text) => text.includes(`"msg":"${message}"`));
  return line === undefined ? undefined : JSON.parse(line);
}
