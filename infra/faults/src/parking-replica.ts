import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { view } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { type ClientOf, connect } from '@giaolo/chassis/grpc/client';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { principalIn } from '@giaolo/chassis/principal';
import { issueToken, makeKeyPair } from '@giaolo/chassis/tokens';
import { type Child, untilReady } from '@giaolo/local/children';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { createTopics } from '@giaolo/local/topics';
import { ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { readRegistry } from '@giaolo/topics/registry';
import { lotChanged } from '@giaolo/topics/topics';
import type { Context } from './scenario.ts';

export type Client = ClientOf<(typeof ParkingServiceClient)['service']>;

export const unit = { code: '79', validFrom: '2025-07-01' };

/** A replica of parking whose wall clock can be set wrong. */
export interface ParkingReplica {
  readonly child: Child;
  readonly client: Client;
  /** Milliseconds by which its clock is wrong, from now on. */
  setClock(offsetMs: number): void;
}

export interface ParkingPlace {
  readonly service: string;
  readonly topicPrefix: string;
  readonly jwksFile: string;
  readonly token: string;
}

const READY_WITHIN_MS = 60_000;

/** A parking service's own keys, topics and issuer. */
export async function makeParking({ servers, dir }: Context, service: string): Promise<ParkingPlace> {
  const topicPrefix = `${service}.`;
  const used = readRegistry().filter(({ producer, consumers }) => [...producer, ...consumers].includes('parking'));
  await createTopics(servers.kafka.join(','), { prefix: topicPrefix, only: used.map(({ name }) => name) });
  const { jwks, privateJwk } = await makeKeyPair();
  const jwksFile = join(dir, 'jwks.json');
  writeFileSync(jwksFile, JSON.stringify(jwks));
  const token = await issueToken(privateJwk, principalIn(unit, 'user:an', 'operator'), 3_600_000);
  return { service, topicPrefix, jwksFile, token };
}

let started = 0;

export async function startParking(context: Context, place: ParkingPlace, offsetMs: number): Promise<ParkingReplica> {
  const { servers, dir } = context;
  const name = `parking-${++started}`;
  const clock = join(dir, `${name}.clock`);
  const log = join(dir, `${name}.log`);
  const setClock = (offset: number) => {
    writeFileSync(`${clock}.new`, String(offset));
    renameSync(`${clock}.new`, clock); // read at any moment
  };
  setClock(offsetMs);
  const child = context.children.start({
    name,
    command: nodeProgram,
    args: ['--import', join(import.meta.dirname, 'clock-preload.ts'), join(root, 'services/parking/src/main.ts')],
    log,
    stage: 1,
    graceMs: 22_000,
    env: {
      ...process.env,
      NODE_OPTIONS: undefined, // jest's
      GIAOLO_LOG_LEVEL: 'info',
      GIAOLO_SERVICE: place.service,
      GIAOLO_TOPIC_PREFIX: place.topicPrefix,
      GIAOLO_JWKS_FILE: place.jwksFile,
      GIAOLO_GRPC_ADDRESS: '127.0.0.1:0',
      GIAOLO_OPS_ADDRESS: '127.0.0.1:0',
      KAFKA_BROKERS: servers.kafka.join(','),
      REDIS_URL: servers.redis,
      REDIS_LIVE_URL: servers.redisLive,
      GIAOLO_FAULTS_CLOCK: clock,
    },
  });
  const said = () => readFileSync(log, 'utf8');
  await untilReady(child, async () => said().includes('parking is ready'), READY_WITHIN_MS);
  const address = /"address":"([^"]+)","msg":"listening"/.exec(said())?.[1] ?? '';
  const client = connect(ParkingServiceClient, address, { token: place.token });
  context.onEnd(() => client.close());
  return { child, client, setClock };
}

/** When the end of each reservation became known, by name. */
export async function followEnds({ servers, onEnd }: Context, { service, topicPrefix }: ParkingPlace) {
  const ended = new Map<string, number>();
  const options = { service: `${service}-watcher`, brokers: servers.kafka, clock: wallClock, topicPrefix };
  const bus = openKafkaBus({ ...options, produces: [], consumes: [lotChanged] });
  onEnd(() => bus.close());
  const note = view(lotChanged, ({ value: { fact } }) => {
    if (fact?.$case === 'reservationExpired') ended.set(fact.value.name, wallClock.now());
    return undefined;
  });
  await bus.view({ sources: [note] });
  return ended as ReadonlyMap<string, number>;
}
