import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { view } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import type { ServiceError } from '@giaolo/chassis/errors';
import { type ClientOf, connect } from '@giaolo/chassis/grpc/client';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
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
import { consumes, produces } from '../src/messages.ts';
import { an, issuer, operator, sensors } from './people.ts';
import { type Replica, startReplica } from './replica.ts';

type Client = ClientOf<(typeof ParkingServiceClient)['service']>;

const service = namespace('parking');
const topicPrefix = `${service}.`;
const { kafka, redis, redisLive } = brokers();

let dir: string;
let issue: Awaited<ReturnType<typeof issuer>>['token'];
const replicas: Replica[] = [];
const clients: Client[] = [];
const facts: { at: number; sequence: number; key: string; value: LotChanged }[] = [];
const watcher = openKafkaBus({ service, brokers: kafka, clock: wallClock, topicPrefix, produces, consumes });

async function openReplica(): Promise<Replica> {
  const replica = await startReplica({
    GIAOLO_SERVICE: service,
    KAFKA_BROKERS: kafka.join(','),
    REDIS_URL: redis,
    REDIS_LIVE_URL: redisLive,
    GIAOLO_TOPIC_PREFIX: topicPrefix,
    GIAOLO_JWKS_FILE: join(dir, 'jwks.json'),
    GIAOLO_GRPC_ADDRESS: '127.0.0.1:0',
    GIAOLO_OPS_ADDRESS: '127.0.0.1:0',
  });
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
  const exitCodes = await Promise.all(replicas.map((replica) => replica.stop()));
  await watcher.close();
  const keys = await connectRedis(redis, 'decisions');
  for await (const found of keys.scanIterator({ MATCH: `{${service}*` })) if (found.length > 0) await keys.del(found);
  await keys.close();
  await rm(dir, { recursive: true });
  expect(exitCodes).toEqual(replicas.map(() => 0));
}, 60_000);

/** What the world was told of a lot. */
const factsOf = (id: string) => facts.filter(({ key }) => key === `lots/${id}`).sort((a, b) => a.sequence - b.sequence);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Ticket {
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

/** Asks again and again, at one replica and the other, and gives every third space back. */
async function drive(number: number, both: readonly [Client, Client], running: () => boolean) {
  const tickets: Ticket[] = [];
  const refusals: string[] = [];
  for (let turn = 0; running(); turn++) {
    const [client, other] = turn % 2 === 0 ? both : [both[1], both[0]];
    const requestId = `driver-${number}-${turn}`;
    const arriveByTime = new Date(wallClock.now() + 400 + Math.random() * 800);
    try {
      const asked = { requestId, lot: 'lots/rush', arriveByTime };
      const { reservation } = await client.reserveSpace(asked, { deadlineMs: 10_000 });
      const [name, from] = [reservation?.name ?? '', wallClock.now()];
      tickets.push({ name, from, until: turn % 3 === 0 ? from : arriveByTime.getTime() });
      if (turn % 3 !== 0) continue;
      const back = other.cancelReservation({ requestId: `${requestId}-back`, name });
      await back.catch((error: ServiceError) => expect(error.reason).toBe('RESERVATION_UNKNOWN'));
    } catch (error) {
      const { reason } = error as ServiceError;
      // On a busy machine a request may come after its own time of arrival.
      if (reason !== 'LOT_FULL' && reason !== 'ARRIVAL_PASSED') throw error;
      refusals.push(reason);
      await pause(20);
    }
  }
  return { tickets, refusals };
}

const count = (id: string, occupied: number, observedTime = new Date(wallClock.now())) =>
  ReportOccupancyRequest.fromPartial({
    observations: [{ lot: `lots/${id}`, observedTime, observation: { $case: 'occupied', value: occupied } }],
  });

async function film(camera: Client, running: () => boolean) {
  const conversation = camera.reportOccupancy();
  const answers = conversation.responses[Symbol.asyncIterator]();
  for (let occupied = 0; running(); occupied = (occupied + 1) % 4) {
    await conversation.send(count('rush', occupied));
    expect((await answers.next()).value).toEqual({ accepted: 1, refused: [] });
    await pause(50);
  }
  conversation.end();
}

/** By the facts alone, in their order: each space was free when it was sold. Answers how many were sold. */
function expectNeverOversold(history: readonly { at: number; value: LotChanged }[], capacity: number): number {
  const ends = new Map<string, number>();
  let occupied = 0;
  let sold = 0;
  for (const { at, value } of history) {
    const fact = value.fact;
    if (fact?.$case === 'occupancyCounted') occupied = fact.value.occupied;
    if (fact?.$case === 'reservationCancelled') ends.delete(fact.value.name);
    if (fact?.$case === 'reservationExpired') {
      expect(at).toBeGreaterThanOrEqual(ends.get(fact.value.name) as number);
      ends.delete(fact.value.name);
    }
    if (fact?.$case !== 'spaceReserved') continue;
    const standing = [...ends.values()].filter((end) => end > at).length;
    expect(standing + occupied).toBeLessThan(capacity);
    ends.set(fact.value.reservation?.name ?? '', fact.value.reservation?.arriveByTime?.getTime() ?? 0);
    sold++;
  }
  return sold;
}

test('50 drivers on two replicas, holds that end, a camera that counts: no space is ever sold twice', async () => {
  const capacity = 7;
  const [first, second] = replicas as [Replica, Replica];
  const both = [await client(first, an), await client(second, an)] as const;
  await open(both[0], 'rush', capacity);
  const end = performance.now() + 5_000;
  const running = () => performance.now() < end;
  const filming = film(await client(first, sensors), running);
  const drives = await Promise.all(Array.from({ length: 50 }, (_, number) => drive(number, both, running)));
  await filming;

  // More was sold than there are spaces, so holds did end; and the lot was full again and again.
  const tickets = drives.flatMap((drive) => drive.tickets);
  expect(new Set(tickets.map(({ name }) => name)).size).toBe(tickets.length);
  expect(tickets.length).toBeGreaterThan(capacity * 3);
  expect(drives.flatMap(({ refusals }) => refusals).filter((reason) => reason === 'LOT_FULL').length).toBeGreaterThan(
    50,
  );
  // What drivers were promised: at no instant more of them hold a space than there are.
  for (const { from } of tickets)
    expect(tickets.filter((other) => other.from <= from && from < other.until).length).toBeLessThanOrEqual(capacity);

  const last = await eventually('all holds have ended and all is told', () => {
    const latest = factsOf('rush').at(-1);
    const isLast = latest?.value.lot?.availability?.reserved === 0 && latest.sequence === factsOf('rush').length;
    return isLast ? latest : undefined;
  });
  expect(factsOf('rush').map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: last.sequence }, (_, i) => i + 1),
  );
  expect(expectNeverOversold(factsOf('rush'), capacity)).toBe(tickets.length);
}, 60_000);

test('what one replica is told, the other shows', async () => {
  const [first, second] = await Promise.all(replicas.map((replica) => client(replica)));
  await open(first as Client, 'shared', 10);
  const conversation = (first as Client).reportOccupancy();
  const observedTime = new Date(wallClock.now());
  await conversation.send(count('shared', 4, observedTime));
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
