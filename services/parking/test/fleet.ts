import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, view } from '@giaolo/chassis/bus';
import { type Instant, wallClock } from '@giaolo/chassis/clock';
import { type ClientOf, connect } from '@giaolo/chassis/grpc/client';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import type { Principal } from '@giaolo/chassis/principal';
import { connectRedis } from '@giaolo/chassis/redis';
import { brokers, createTopics, namespace } from '@giaolo/chassis/testing/brokers';
import type { LotChanged } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import { OpenLotRequest, ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { lotChanged } from '@giaolo/topics/topics';
import { consumes, produces } from '../src/messages.ts';
import { issuer, operator } from './people.ts';
import { type Replica, startReplica } from './replica.ts';

export type Client = ClientOf<(typeof ParkingServiceClient)['service']>;

/** What the world was told, as it was told. */
export interface Fact {
  readonly at: Instant;
  readonly sequence: number;
  readonly key: string;
  readonly value: LotChanged;
}

/** Replicas of the service as processes on real Kafka and Redis, with topics and keys of their own. */
export class Fleet {
  readonly #service = namespace('parking');
  readonly #prefix = `${this.#service}.`;
  readonly #facts: Fact[] = [];
  readonly #clients: Client[] = [];
  readonly replicas: Replica[] = [];
  #dir!: string;
  #issuer!: Awaited<ReturnType<typeof issuer>>;
  #watcher!: Bus;

  async open(size: number): Promise<void> {
    this.#dir = await mkdtemp(join(tmpdir(), 'parking-'));
    this.#issuer = await issuer();
    await writeFile(join(this.#dir, 'jwks.json'), JSON.stringify(this.#issuer.jwks));
    const messages = { produces, consumes };
    const names = new Set([...produces, ...consumes].map(({ name }) => this.#prefix + name));
    await createTopics([...names]);
    const identity = { service: this.#service, brokers: brokers().kafka, clock: wallClock, topicPrefix: this.#prefix };
    this.#watcher = openKafkaBus({ ...identity, ...messages });
    const remember = view(lotChanged, ({ key, value, sequence }) => {
      this.#facts.push({ at: value.changedTime?.getTime() ?? 0, sequence: sequence ?? 0, key, value });
      return undefined;
    });
    await this.#watcher.view({ sources: [remember] });
    await Promise.all(Array.from({ length: size }, () => this.addReplica()));
  }

  /** Answers the exit codes of the replicas. */
  async close(): Promise<(number | null)[]> {
    for (const client of this.#clients) client.close();
    const exitCodes = await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.#watcher.close();
    const redis = await connectRedis(brokers().redis, 'decisions');
    for await (const keys of redis.scanIterator({ MATCH: `{${this.#service}*` }))
      if (keys.length > 0) await redis.del(keys);
    await redis.close();
    await rm(this.#dir, { recursive: true });
    return exitCodes;
  }

  async addReplica(): Promise<Replica> {
    const { kafka, redis, redisLive } = brokers();
    const replica = await startReplica({
      GIAOLO_SERVICE: this.#service,
      KAFKA_BROKERS: kafka.join(','),
      REDIS_URL: redis,
      REDIS_LIVE_URL: redisLive,
      GIAOLO_TOPIC_PREFIX: this.#prefix,
      GIAOLO_JWKS_FILE: join(this.#dir, 'jwks.json'),
      GIAOLO_GRPC_ADDRESS: '127.0.0.1:0',
      GIAOLO_OPS_ADDRESS: '127.0.0.1:0',
    });
    this.replicas.push(replica);
    return replica;
  }

  async client({ address }: Replica, principal: Principal = operator): Promise<Client> {
    const client = connect(ParkingServiceClient, address, { token: await this.#issuer.token(principal) });
    this.#clients.push(client);
    return client;
  }

  /** Clients of the first two replicas. */
  async pair(principal: Principal = operator): Promise<[Client, Client]> {
    const [first, second] = this.replicas as [Replica, Replica];
    return [await this.client(first, principal), await this.client(second, principal)];
  }

  /** In the order in which they were decided. */
  facts(id: string): Fact[] {
    return this.#facts.filter(({ key }) => key === `lots/${id}`).sort((a, b) => a.sequence - b.sequence);
  }
}

export const openCounted = (client: Client, id: string, capacity: number) =>
  client.openLot(
    OpenLotRequest.fromPartial({
      requestId: `open-${id}`,
      name: `lots/${id}`,
      displayName: id,
      position: { latitude: 10.3, longitude: 107.1 },
      capacity,
    }),
  );
