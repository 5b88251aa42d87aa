import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { view } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { readConfig } from '@giaolo/chassis/config';
import { type ClientOf, connect } from '@giaolo/chassis/grpc/client';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { createLifecycle, type Lifecycle } from '@giaolo/chassis/lifecycle';
import { connectRedis } from '@giaolo/chassis/redis';
import { brokers, createTopics, eventually, namespace } from '@giaolo/chassis/testing/brokers';
import type { LotChanged } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import {
  OpenLotRequest,
  ParkingServiceClient,
  ReportOccupancyRequest,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { lotChanged } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parkingConfig } from '../src/config.ts';
import { consumes, produces } from '../src/messages.ts';
import { openParking } from '../src/open.ts';
import { an, issuer, operator, sensors } from './people.ts';

type Client = ClientOf<(typeof ParkingServiceClient)['service']>;

const service = namespace('parking');
const topicPrefix = `${service}.`;
const { kafka, redis, redisLive } = brokers();

interface Replica {
  readonly lifecycle: Lifecycle;
  readonly address: string;
}

let dir: string;
let issue: Awaited<ReturnType<typeof issuer>>['token'];
const replicas: Replica[] = [];
const clients: Client[] = [];
const facts: { at: number; sequence: number; key: string; value: LotChanged }[] = [];
const watcher = openKafkaBus({ service, brokers: kafka, clock: wallClock, topicPrefix, produces, consumes });

async function openReplica(): Promise<Replica> {
  const config = readConfig(parkingConfig, {
    GIAOLO_SERVICE: service,
    KAFKA_BROKERS: kafka.join(','),
    REDIS_URL: redis,
    REDIS_LIVE_URL: redisLive,
    GIAOLO_TOPIC_PREFIX: topicPrefix,
    GIAOLO_JWKS_FILE: join(dir, 'jwks.json'),
    GIAOLO_GRPC_ADDRESS: '127.0.0.1:0',
    GIAOLO_OPS_ADDRESS: '127.0.0.1:0',
  });
  const lifecycle = createLifecycle();
  const replica = { lifecycle, address: await openParking(config, lifecycle) };
  lifecycle.setReady();
  replicas.push(replica);
  return replica;
}

async function client({ address }: Replica, principal = operator): Promise<Client> {
  const connected = connect(ParkingServiceClient, address, { token: await issue(principal) });
  clients.push(connected);
  return connected;
}

const open = (client: Client, id: string, capacity: number) =>
  client.openLot(
    OpenLotRequest.fromPartial({
      requestId: `open-${id}`,
      name: `lots/${id}`,
      displayName: id,
      position: { latitude: 10.3, longitude: 107.1 },
      capacity,
    }),
  );

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parking-'));
  const { jwks, token } = await issuer();
  issue = token;
  await writeFile(join(dir, 'jwks.json'), JSON.stringify(jwks));
  await createTopics([...new Set([...produces, ...consumes])].map(({ name }) => topicPrefix + name));
  await watcher.view({
    sources: [
      view(lotChanged, ({ key, value, sequence }) => {
        facts.push({ at: value.changedTime?.getTime() ?? 0, sequence: sequence ?? 0, key, value });
        return undefined;
      }),
    ],
  });
  await Promise.all([openReplica(), openReplica()]);
}, 60_000);

afterAll(async () => {
  for (const client of clients) client.close();
  const stopped = await Promise.all(replicas.map(({ lifecycle }) => lifecycle.stop()));
  await watcher.close();
  const keys = await connectRedis(redis, 'decisions');
  for await (const found of keys.scanIterator({ MATCH: `{${service}*` })) if (found.length > 0) await keys.del(found);
  await keys.close();
  await rm(dir, { recursive: true });
  expect(stopped).toEqual(replicas.map(() => true));
}, 60_000);

/** The facts about a lot, once `count` of a kind are there. */
const factsOf = (id: string) => facts.filter(({ key }) => key === `lots/${id}`).sort((a, b) => a.sequence - b.sequence);

test('50 drivers on two replicas, holds that end, sensors that report: no space is ever sold twice', async () => {
  const capacity = 7;
  const both = await Promise.all(replicas.map((replica) => client(replica, an)));
  await open(both[0] as Client, 'rush', capacity);
  const until = performance.now() + 5_000;
  const sold: string[] = [];
  const full: unknown[] = [];

  const driver = async (number: number) => {
    for (let turn = 0; performance.now() < until; turn++) {
      const request = {
        requestId: `driver-${number}-${turn}`,
        lot: 'lots/rush',
        arriveByTime: new Date(wallClock.now() + 200 + Math.random() * 800),
      };
      try {
        const { reservation } = await (both[(number + turn) % 2] as Client).reserveSpace(request, {
          deadlineMs: 10_000,
        });
        sold.push(reservation?.name ?? '');
        if (turn % 3 === 0)
          await (both[number % 2] as Client)
            .cancelReservation({ requestId: `${request.requestId}-back`, name: reservation?.name ?? '' })
            .catch((error) => expect(error.reason).toBe('RESERVATION_UNKNOWN'));
      } catch (error) {
        if ((error as { reason: string }).reason !== 'LOT_FULL') throw error;
        full.push(error);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const cameras = async () => {
    const conversation = (await client(replicas[0] as Replica, sensors)).reportOccupancy();
    const answers = conversation.responses[Symbol.asyncIterator]();
    for (let occupied = 0; performance.now() < until; occupied = (occupied + 1) % 4) {
      await conversation.send(
        ReportOccupancyRequest.fromPartial({
          observations: [
            {
              lot: 'lots/rush',
              observedTime: new Date(wallClock.now()),
              observation: { $case: 'occupied', value: occupied },
            },
          ],
        }),
      );
      expect((await answers.next()).value).toEqual({ accepted: 1, refused: [] });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    conversation.end();
  };
  await Promise.all([...Array.from({ length: 50 }, (_, number) => driver(number)), cameras()]);

  // More were sold than there are spaces, so holds did end; and the lot was full again and again.
  expect(new Set(sold).size).toBe(sold.length);
  expect(sold.length).toBeGreaterThan(capacity * 3);
  expect(full.length).toBeGreaterThan(50);
  await eventually('all holds have ended and all is told', () => {
    const last = factsOf('rush').at(-1);
    return last?.value.lot?.availability?.reserved === 0 && last.sequence === factsOf('rush').length;
  });

  const history = factsOf('rush');
  expect(history.map(({ sequence }) => sequence)).toEqual(history.map((_, i) => i + 1));
  const ends = new Map<string, number>();
  let occupied = 0;
  let kept = 0;
  for (const { at, value } of history) {
    const { fact } = value;
    if (fact?.$case === 'occupancyCounted') occupied = fact.value.occupied;
    if (fact?.$case === 'reservationCancelled' || fact?.$case === 'reservationExpired') {
      if (fact.$case === 'reservationExpired') expect(at).toBeGreaterThanOrEqual(ends.get(fact.value.name) as number);
      ends.delete(fact.value.name);
    }
    if (fact?.$case !== 'spaceReserved') continue;
    const standing = [...ends.values()].filter((end) => end > at).length;
    expect(standing + occupied).toBeLessThan(capacity);
    ends.set(fact.value.reservation?.name ?? '', fact.value.reservation?.arriveByTime?.getTime() ?? 0);
    kept++;
  }
  expect(kept).toBe(sold.length);
}, 60_000);

test('what one replica is told, the other shows', async () => {
  const [first, second] = await Promise.all(replicas.map((replica) => client(replica)));
  await open(first as Client, 'shared', 10);
  const conversation = (first as Client).reportOccupancy();
  const observedTime = new Date(wallClock.now());
  await conversation.send(
    ReportOccupancyRequest.fromPartial({
      observations: [{ lot: 'lots/shared', observedTime, observation: { $case: 'occupied', value: 4 } }],
    }),
  );
  conversation.end();
  for await (const response of conversation.responses) expect(response).toEqual({ accepted: 1, refused: [] });
  const shown = await eventually('the other replica lists the count', async () => {
    const { lots } = await (second as Client).listLots({ pageSize: 0, pageToken: '' });
    return lots.find(({ name, availability }) => name === 'lots/shared' && availability?.occupied === 4);
  });
  expect(shown.availability).toEqual({ capacity: 10, occupied: 4, reserved: 0, free: 6, observedTime });
});

test('a new replica knows all that was decided before it came, and resumes what others began', async () => {
  const veteran = await client(replicas[0] as Replica);
  await open(veteran, 'lasting', 3);
  const request = { requestId: 'kept', lot: 'lots/lasting', arriveByTime: new Date(wallClock.now() + 600_000) };
  const answer = await veteran.reserveSpace(request);
  const snapshot = await eventually('the lot is in a snapshot', async () => {
    for await (const message of veteran.watchLots({ resumeToken: '' }))
      return message.lots.some(({ name, availability }) => name === 'lots/lasting' && availability?.reserved === 1)
        ? message
        : undefined;
  });
  const young = await client(await openReplica());
  expect(await young.reserveSpace(request)).toEqual(answer);
  const { lots } = await young.listLots({ pageSize: 0, pageToken: '' });
  expect(lots.find(({ name }) => name === 'lots/lasting')?.availability).toMatchObject({ reserved: 1, free: 2 });
  await young.reserveSpace({ ...request, requestId: 'more' });
  for await (const { lots: changed } of young.watchLots({ resumeToken: snapshot.resumeToken })) {
    expect(changed.map(({ name }) => name)).toEqual(['lots/lasting']);
    if (changed.at(-1)?.availability?.reserved === 2) break;
  }
});
