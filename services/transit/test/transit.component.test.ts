import type { Clock, Instant } from '@giaolo/chassis/clock';
import { outgoingOf } from '@giaolo/chassis/committed';
import { type ClientOf, connect } from '@giaolo/chassis/grpc/client';
import { type GrpcServer, serveGrpc } from '@giaolo/chassis/grpc/server';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import { principalIn } from '@giaolo/chassis/principal';
import { tester } from '@giaolo/chassis/testing/counter-aggregate';
import { type MemoryBus, memoryBus } from '@giaolo/chassis/testing/memory-bus';
import { memoryStore } from '@giaolo/chassis/testing/memory-store';
import { ownUnitOnly } from '@giaolo/chassis/testing/rights';
import { issueToken, makeKeyPair, verifierOf } from '@giaolo/chassis/tokens';
import { StopReached } from '@giaolo/proto/giaolo/transit/v1/transit_events';
import {
  RefusedPosition_Reason,
  TransitServiceClient,
  VehiclePosition,
  VehicleProgress_Unplaced,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { StreamPhase } from '@giaolo/proto/giaolo/type/v1/stream';
import { progressDeadLetters, stopReached, vehiclePositionObserved } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTransit } from '../src/service.ts';
import type { VehicleState } from '../src/vehicle/advance.ts';
import { feedZip } from './tiny-feed.ts';

type Client = ClientOf<(typeof TransitServiceClient)['service']>;

const at = (time: string): Instant => Date.parse(`2026-02-16T${time}+07:00`);
let now = at('08:00:00');
const clock: Clock = { kind: 'wall', now: () => now, observe: () => {} };
const feed = 'feeds/vung-tau';
const stopping = new AbortController();

let bus: MemoryBus;
let server: GrpcServer;
let client: Client;
let nobody: Client;

beforeAll(async () => {
  bus = memoryBus(clock);
  const store = memoryStore(clock, (record) => void bus.publisher.send([outgoingOf('transit', record)]));
  const zips = new Map<string, Buffer>();
  const remembered = new Map<string, VehicleState>();
  const transit = await startTransit({
    store,
    bus,
    clock,
    archive: {
      put: async (name, digest, zip) => void zips.set(name + digest, zip),
      get: async (name, digest) => zips.get(name + digest),
      retire: async () => {},
    },
    vehicles: {
      load: async (keys) =>
        new Map(keys.flatMap((key) => (remembered.has(key) ? [[key, remembered.get(key) as VehicleState]] : []))),
      save: async (states) => states.forEach((state, key) => void remembered.set(key, state)),
    },
    onCommitted: () => {},
    stopping: stopping.signal,
  });
  const { jwks, privateJwk } = await makeKeyPair();
  const { readiness } = createLifecycle();
  const verifier = verifierOf(jwks);
  const rights = ownUnitOnly();
  server = await serveGrpc({ address: '127.0.0.1:0', services: [transit], verifier, rights, readiness });
  const operator = principalIn(tester.unit, 'client:operator', 'operator', 'field');
  client = connect(TransitServiceClient, server.address, { token: await issueToken(privateJwk, operator, 3_600_000) });
  nobody = connect(TransitServiceClient, server.address);
});

afterAll(async () => {
  stopping.abort();
  for (const each of [client, nobody]) each?.close();
  await server?.stop();
});

async function importZip(zip: Buffer, name = feed) {
  const upload = client.importFeed();
  await upload.send({
    part: { $case: 'header', value: { requestId: crypto.randomUUID(), feed: name, unit: undefined } },
  });
  for (let from = 0; from < zip.length; from += 100_000)
    await upload.send({ part: { $case: 'chunk', value: zip.subarray(from, from + 100_000) } });
  return upload.end();
}

const position = (time: string, latitude: number, changed: Partial<VehiclePosition> = {}): VehiclePosition =>
  VehiclePosition.fromPartial({
    vehicleId: 'bus-1',
    observedTime: new Date(at(time)),
    position: { latitude, longitude: 107.09 },
    trip: { tripId: 'T1', startDate: '20260216' },
    ...changed,
  });

async function report(...positions: VehiclePosition[]) {
  const conversation = client.reportVehiclePositions();
  await conversation.send({ feed, positions });
  conversation.end();
  const answers = [];
  for await (const answer of conversation.responses) answers.push(answer);
  await bus.settled();
  return answers[0];
}

const first = async <T>(stream: AsyncIterable<T>): Promise<T> => {
  for await (const message of stream) return message;
  throw new Error('the stream was empty');
};

test('a feed that is no zip, or lacks a file, is refused by file, line and field', async () => {
  await expect(importZip(Buffer.from('not a zip'))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    reason: 'FEED_INVALID',
    domain: 'transit.giaolo',
  });
  await expect(importZip(feedZip({ 'stop_times.txt': undefined }))).rejects.toMatchObject({
    violations: [{ field: 'stop_times.txt', description: expect.stringContaining('FILE_MISSING') }],
  });
  const broken = 'stop_id,stop_name,stop_lat,stop_lon\nA,Bãi Sau,95,107.09\n';
  await expect(importZip(feedZip({ 'stops.txt': broken }))).rejects.toMatchObject({
    violations: expect.arrayContaining([expect.objectContaining({ field: 'stops.txt:2:stop_lat' })]),
  });
  expect((await client.listFeeds({ pageSize: 0, pageToken: '' })).feeds).toEqual([]);
});

test('a good feed is in force when its import is answered', async () => {
  const { feed: imported } = await importZip(feedZip());
  expect(imported).toMatchObject({ name: feed, tripCount: 2, stopCount: 4, timeZone: 'Asia/Ho_Chi_Minh' });
  expect((await client.listFeeds({ pageSize: 0, pageToken: '' })).feeds).toEqual([imported]);
  const { routes } = await client.listRoutes({ feed, pageSize: 0, pageToken: '' });
  expect(routes[0]?.paths[0]?.coordinates.slice(0, 2)).toEqual([10.33, 107.09]);
  const page = await client.listStops({ feed, pageSize: 3, pageToken: '' });
  const rest = await client.listStops({ feed, pageSize: 3, pageToken: page.nextPageToken });
  expect([...page.stops, ...rest.stops].map(({ stopId }) => stopId)).toEqual(['A', 'B', 'C', 'D']);
  expect(rest.nextPageToken).toBe('');
});

test('a bus is placed on its trip, predicted at the stops ahead, and noted at those it reached', async () => {
  now = at('08:06:00');
  expect(
    await report(position('08:01:00', 10.33), position('08:04:00', 10.339), position('08:05:30', 10.3435)),
  ).toEqual({
    accepted: 3,
    refused: [],
  });
  const { vehicles, phase, resumeToken } = await first(
    client.watchVehicles({ resumeToken: '', feeds: [], routeIds: [] }),
  );
  expect(phase).toBe(StreamPhase.STREAM_PHASE_SNAPSHOT);
  expect(resumeToken).not.toBe('');
  expect(vehicles).toMatchObject([
    {
      vehicleId: 'bus-1',
      trip: { tripId: 'T1', startDate: '20260216', routeId: 'R1' },
      placement: { latenessSeconds: 60, nextStopId: 'C', nextStopSequence: 3 },
    },
  ]);
  const { arrivals } = await client.listArrivals({ feed, stopId: 'D' });
  expect(arrivals).toMatchObject([
    { vehicleId: 'bus-1', prediction: { scheduledArrivalTime: new Date(at('08:09:00')) } },
  ]);
  const predictedAt = Number(arrivals[0]?.prediction?.predictedArrivalTime);
  expect(Math.abs(predictedAt - at('08:10:00'))).toBeLessThan(1_000);
  const reached = bus.caught.filter(({ topic }) => topic === stopReached.name);
  expect(reached.map(({ value }) => StopReached.decode(value as Uint8Array).stopId)).toEqual(['B']);
});

test('a watcher resumes where it left, and learns that a trip is over', async () => {
  const request = { resumeToken: '', feeds: [feed], routeIds: ['R1'] };
  const { resumeToken } = await first(client.watchPredictions(request));
  now = at('08:12:00');
  await report(position('08:08:00', 10.351), position('08:11:00', 10.357));
  const seen = [];
  for await (const { predictions, phase } of client.watchPredictions({ ...request, resumeToken })) {
    expect(phase).toBe(StreamPhase.STREAM_PHASE_LIVE);
    seen.push(...predictions.map(({ stops }) => stops.map(({ stopId }) => stopId)));
    if (seen.length === 2) break;
  }
  expect(seen).toEqual([['D'], []]);
  expect((await client.listArrivals({ feed, stopId: 'D' })).arrivals).toEqual([]);
});

test.each<[keyof typeof RefusedPosition_Reason, VehiclePosition]>([
  ['REASON_NO_FIX', position('08:20:00', 0, { position: { latitude: 0, longitude: 0 } })],
  ['REASON_IN_FUTURE', position('08:30:00', 10.33)],
  ['REASON_TOO_OLD', position('06:30:00', 10.33)],
  ['REASON_INVALID', position('08:20:00', 100)],
  ['REASON_INVALID', position('08:20:00', 10.33, { observedTime: undefined })],
])('a position that cannot be right is refused: %s', async (reason, bad) => {
  now = at('08:20:00');
  const good = position('08:20:00', 10.33, { vehicleId: `other-${reason}`, trip: undefined });
  expect(await report(good, bad)).toEqual({
    accepted: 1,
    refused: [{ index: 1, reason: RefusedPosition_Reason[reason] }],
  });
});

test('a position that is not newer than the last is refused on its stream, and dropped when it comes by another', async () => {
  const vehicleId = 'bus-2';
  const [newer, older] = [position('08:19:00', 10.33, { vehicleId }), position('08:18:00', 10.339, { vehicleId })];
  expect(await report(newer, older)).toMatchObject({
    refused: [{ index: 1, reason: RefusedPosition_Reason.REASON_OUT_OF_ORDER }],
  });
  expect(await report(older)).toMatchObject({ accepted: 1 });
  const { vehicles } = await first(client.watchVehicles({ resumeToken: '', feeds: [], routeIds: [] }));
  expect(vehicles.find((vehicle) => vehicle.vehicleId === vehicleId)?.observedTime).toEqual(newer.observedTime);
});

test.each<[keyof typeof VehicleProgress_Unplaced, Partial<VehiclePosition>]>([
  ['UNPLACED_NO_TRIP', { trip: undefined }],
  ['UNPLACED_TRIP_UNKNOWN', { trip: { tripId: 'T9', startDate: '20260216', routeId: '' } }],
  ['UNPLACED_NOT_IN_SERVICE', { trip: { tripId: 'T1', startDate: '20260217', routeId: '' } }],
  ['UNPLACED_NOT_IN_SERVICE', { trip: { tripId: 'T1', startDate: 'today', routeId: '' } }],
  ['UNPLACED_OFF_ROUTE', { position: { latitude: 10.339, longitude: 107.2 } }],
])('a vehicle that cannot be placed is seen with the reason: %s', async (unplaced, changed) => {
  const vehicleId = `bus-${unplaced}`;
  now += 1_000;
  await report(position('08:19:30', 10.33, { ...changed, vehicleId, observedTime: new Date(now) }));
  const { vehicles } = await first(client.watchVehicles({ resumeToken: '', feeds: [], routeIds: [] }));
  const seen = vehicles.find((vehicle) => vehicle.vehicleId === vehicleId);
  expect(seen).toMatchObject({ unplaced: VehicleProgress_Unplaced[unplaced], placement: undefined });
});

test('a record that does not decode becomes a dead letter', async () => {
  await bus.publisher.send([{ topic: vehiclePositionObserved.name, key: 'x', value: Buffer.from('0a', 'hex') }]);
  await bus.settled();
  expect(bus.caught.at(-1)).toMatchObject({ topic: progressDeadLetters.name });
});

test('callers without a principal, and questions about what is not there, get a typed answer', async () => {
  await expect(nobody.listFeeds({ pageSize: 0, pageToken: '' })).rejects.toMatchObject({ reason: 'PRINCIPAL_MISSING' });
  await expect(client.listStops({ feed: 'feeds/none', pageSize: 0, pageToken: '' })).rejects.toMatchObject({
    reason: 'FEED_UNKNOWN',
  });
  await expect(client.listArrivals({ feed, stopId: 'Z' })).rejects.toMatchObject({ reason: 'STOP_UNKNOWN' });
  await expect(client.listStops({ feed, pageSize: 0, pageToken: '%%' })).rejects.toMatchObject({
    reason: 'REQUEST_INVALID',
    violations: [{ field: 'page_token', description: expect.any(String) }],
  });
});
