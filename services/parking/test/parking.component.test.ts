import type { Clock, Instant } from '@giaolo/chassis/clock';
import { type ClientOf, connect } from '@giaolo/chassis/grpc/client';
import { type GrpcServer, serveGrpc } from '@giaolo/chassis/grpc/server';
import { observation } from '@giaolo/chassis/kafka/records';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import type { Principal } from '@giaolo/chassis/principal';
import { type MemoryBus, memoryBus } from '@giaolo/chassis/testing/memory-bus';
import { memoryStore } from '@giaolo/chassis/testing/memory-store';
import { verifierOf } from '@giaolo/chassis/tokens';
import { LotChanged, OccupancyObserved } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import {
  Lot_State,
  type OccupancyObservation,
  OpenLotRequest,
  ParkingServiceClient,
  RefusedObservation_Reason,
  ReportOccupancyRequest,
  type ReserveSpaceRequest,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { StreamPhase } from '@giaolo/proto/giaolo/type/v1/stream';
import { lotChanged, occupancyDeadLetters, occupancyObserved } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Parking, startParking } from '../src/service.ts';
import { min } from './builders.ts';
import { an, binh, issuer, operator, sensors } from './people.ts';

type Client = ClientOf<(typeof ParkingServiceClient)['service']>;

const noon: Instant = Date.parse('2026-02-16T12:00:00Z');
let now = noon;
const clock: Clock = { kind: 'wall', now: () => now, observe: () => {} };
let ids = 0;
const nextId = () => `request-${++ids}`;

let bus: MemoryBus;
let parking: Parking;
let server: GrpcServer;
let as: (principal: Principal) => Promise<Client>;
let nobody: Client;
const clients: Client[] = [];

beforeAll(async () => {
  bus = memoryBus(clock);
  const store = memoryStore(clock, ({ topic, key, value, sequence, subject }) => {
    void bus.publisher.send([{ topic, key, value, headers: { ce_sequence: String(sequence), ce_principal: subject } }]);
  });
  parking = await startParking({ store, bus, clock, onCommitted: () => {} });
  const { jwks, token } = await issuer();
  const lifecycle = createLifecycle();
  server = await serveGrpc({
    address: '127.0.0.1:0',
    services: [parking.rpc],
    verifier: verifierOf(jwks),
    readiness: lifecycle.readiness,
  });
  const client = (options: { token?: string }) => {
    const connected = connect(ParkingServiceClient, server.address, options);
    clients.push(connected);
    return connected;
  };
  as = async (principal) => client({ token: await token(principal) });
  nobody = client({});
});

afterAll(async () => {
  for (const client of clients) client.close();
  await server.stop();
});

const lotOf = (id: string, changed: Partial<OpenLotRequest> = {}): OpenLotRequest => ({
  requestId: nextId(),
  name: `lots/${id}`,
  displayName: 'Bãi xe Bến Du Thuyền',
  position: { latitude: 10.34, longitude: 107.08 },
  capacity: 2,
  bayIds: [],
  ...changed,
});

const ask = (id: string, minutes = 10, requestId = nextId()): ReserveSpaceRequest => ({
  requestId,
  lot: `lots/${id}`,
  arriveByTime: new Date(now + min(minutes)),
});

async function opened(id: string, changed: Partial<OpenLotRequest> = {}): Promise<void> {
  await (await as(operator)).openLot(lotOf(id, changed));
}

const facts = (id: string) =>
  bus.caught
    .filter(({ topic, key }) => topic === lotChanged.name && key === `lots/${id}`)
    .map(({ value }) => LotChanged.decode(value as Uint8Array));

const spaces = async (id: string) => (await (await as(an)).getLot({ name: `lots/${id}` })).lot?.availability;

async function report(...observations: Partial<OccupancyObservation>[]) {
  const conversation = (await as(sensors)).reportOccupancy();
  await conversation.send(ReportOccupancyRequest.fromPartial({ observations: observations as OccupancyObservation[] }));
  conversation.end();
  for await (const response of conversation.responses) return response;
  throw new Error('no response');
}

const count = (id: string, occupied: number, observedAt = now) => ({
  lot: `lots/${id}`,
  observedTime: new Date(observedAt),
  observation: { $case: 'occupied' as const, value: occupied },
});

const bay = (id: string, bayId: string, occupied: boolean, observedAt = now) => ({
  lot: `lots/${id}`,
  observedTime: new Date(observedAt),
  observation: { $case: 'bay' as const, value: { bayId, occupied } },
});

test('a lot is opened, shown and closed', async () => {
  const client = await as(operator);
  const { lot } = await client.openLot(lotOf('whole'));
  expect(lot).toEqual({
    name: 'lots/whole',
    displayName: 'Bãi xe Bến Du Thuyền',
    position: { latitude: 10.34, longitude: 107.08 },
    state: Lot_State.STATE_OPEN,
    availability: { capacity: 2, occupied: 0, reserved: 0, free: 2, observedTime: undefined },
  });
  expect((await client.getLot({ name: 'lots/whole' })).lot).toEqual(lot);
  expect((await client.closeLot({ requestId: nextId(), name: 'lots/whole' })).lot?.state).toBe(Lot_State.STATE_CLOSED);
});

test('a space is reserved, said on the bus without its holder, and given back by the holder alone', async () => {
  await opened('trip');
  const client = await as(an);
  const { reservation } = await client.reserveSpace(ask('trip'));
  expect(reservation?.arriveByTime).toEqual(new Date(now + min(10)));
  const name = reservation?.name ?? '';
  expect(name).toMatch(/^lots\/trip\/reservations\/[A-Za-z0-9_-]+$/);
  expect(await spaces('trip')).toMatchObject({ reserved: 1, free: 1 });
  await expect((await as(binh)).cancelReservation({ requestId: nextId(), name })).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    reason: 'NOT_HOLDER',
  });
  await client.cancelReservation({ requestId: nextId(), name });
  await expect(client.cancelReservation({ requestId: nextId(), name })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    reason: 'RESERVATION_UNKNOWN',
  });
  expect(facts('trip').map(({ fact, lot }) => [fact?.$case, lot?.availability?.free])).toEqual([
    ['opened', 2],
    ['spaceReserved', 1],
    ['reservationCancelled', 2],
  ]);
  expect(JSON.stringify(facts('trip'))).not.toContain('user:an');
});

test('an operator takes a reservation back', async () => {
  await opened('official');
  const { reservation } = await (await as(an)).reserveSpace(ask('official'));
  await (await as(operator)).cancelReservation({ requestId: nextId(), name: reservation?.name ?? '' });
  expect(await spaces('official')).toMatchObject({ reserved: 0 });
});

test('the same request gets the same answer, and another body under its id is refused', async () => {
  await opened('again');
  const client = await as(an);
  const request = ask('again', 10, nextId());
  const first = await client.reserveSpace(request);
  expect(await client.reserveSpace(request)).toEqual(first);
  expect(await spaces('again')).toMatchObject({ reserved: 1 });
  await expect(client.reserveSpace({ ...request, arriveByTime: new Date(now + min(11)) })).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
    reason: 'REQUEST_ID_REUSED',
    domain: 'giaolo',
  });
  // Another person may use the same id by chance.
  const other = await (await as(binh)).reserveSpace(request);
  expect(other.reservation?.name).not.toBe(first.reservation?.name);
});

test('a full lot refuses, in words for people too, until a hold ends', async () => {
  await opened('full', { capacity: 1 });
  await (await as(binh)).reserveSpace(ask('full', 5));
  const client = await as(an);
  await expect(client.reserveSpace(ask('full'))).rejects.toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    reason: 'LOT_FULL',
    domain: 'parking.giaolo',
    metadata: { lot: 'lots/full' },
    localized: { vi: 'Bãi xe đã hết chỗ.', en: 'The car park is full.' },
  });
  now += min(5);
  await client.reserveSpace(ask('full'));
  expect(facts('full').map(({ fact }) => fact?.$case)).toEqual([
    'opened',
    'spaceReserved',
    'reservationExpired',
    'spaceReserved',
  ]);
});

test('a deadline that has come ends what is due, as the act of the service', async () => {
  await opened('due', { capacity: 1 });
  await (await as(an)).reserveSpace(ask('due', 5));
  now += min(5);
  await parking.onDue('lots/due');
  await parking.onDue('lots/due');
  await parking.onDue('lots/never-opened');
  await bus.settled();
  expect(facts('due').map(({ fact }) => fact?.$case)).toEqual(['opened', 'spaceReserved', 'reservationExpired']);
  expect(bus.caught.findLast(({ key }) => key === 'lots/due')?.headers).toMatchObject({
    ce_principal: 'service:parking',
  });
});

test.each([
  ['LOT_UNKNOWN', 'NOT_FOUND', async () => (await as(an)).getLot({ name: 'lots/none' })],
  ['LOT_UNKNOWN', 'NOT_FOUND', async () => (await as(an)).reserveSpace(ask('none'))],
  ['LOT_UNKNOWN', 'NOT_FOUND', async () => (await as(an)).closeLot({ requestId: nextId(), name: 'lots/none' })],
  ['HOLD_TOO_LONG', 'INVALID_ARGUMENT', async () => (await as(an)).reserveSpace(ask('whole2', 31))],
  ['ARRIVAL_PASSED', 'INVALID_ARGUMENT', async () => (await as(an)).reserveSpace(ask('whole2', -1))],
  [
    'LOT_DIFFERS',
    'FAILED_PRECONDITION',
    async () => (await as(operator)).openLot(lotOf('whole2', { capacity: 0, bayIds: ['1'] })),
  ],
  [
    'LOT_CLOSED',
    'FAILED_PRECONDITION',
    async () => {
      await (await as(operator)).closeLot({ requestId: nextId(), name: 'lots/whole2' });
      return (await as(an)).reserveSpace(ask('whole2'));
    },
  ],
])('refuses with its reason: %s (%#)', async (reason, code, call) => {
  await opened('whole2');
  await expect(call()).rejects.toMatchObject({ reason, code, domain: 'parking.giaolo' });
});

test('a call without a principal, or past its deadline, is not heard', async () => {
  await expect(nobody.getLot({ name: 'lots/whole' })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    reason: 'PRINCIPAL_MISSING',
  });
  await expect((await as(an)).reserveSpace(ask('whole'), { deadlineMs: -1 })).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
  });
});

test('bad fields are named, all at once', async () => {
  const client = await as(operator);
  const fields = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (error) => error,
    );
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'REQUEST_INVALID', domain: 'giaolo' });
    return error.violations.map(({ field }: { field: string }) => field);
  };
  expect(await fields(client.openLot(OpenLotRequest.fromPartial({})))).toEqual([
    'request_id',
    'name',
    'display_name',
    'position.latitude',
    'position.longitude',
    'capacity',
  ]);
  const bad: Partial<OpenLotRequest>[] = [
    { name: 'lots/Bến' },
    { displayName: ' ' },
    { position: { latitude: 91, longitude: 0 } },
    { position: { latitude: 0, longitude: 0 } },
    { capacity: -1 },
    { capacity: 2, bayIds: ['1', '2'] },
    { capacity: 0, bayIds: ['1', '1'] },
    { capacity: 0, bayIds: ['1:2'] },
  ];
  const named = [];
  for (const changed of bad) named.push(...(await fields(client.openLot(lotOf('bad', changed)))));
  expect(named).toEqual([
    'name',
    'display_name',
    'position.latitude',
    'position',
    'capacity',
    'capacity',
    'bay_ids',
    'bay_ids',
  ]);
  expect(await fields(client.reserveSpace({ requestId: '', lot: 'x', arriveByTime: undefined }))).toEqual([
    'request_id',
    'lot',
    'arrive_by_time',
  ]);
  expect(await fields(client.cancelReservation({ requestId: 'a b', name: 'lots/x' }))).toEqual(['request_id', 'name']);
  expect(await fields(client.listLots({ pageSize: -1, pageToken: '!' }))).toEqual(['page_size', 'page_token']);
});

test('what the field saw is the truth; what cannot be is named and not taken', async () => {
  await opened('counted');
  await opened('sensed', { capacity: 0, bayIds: ['1', '2'] });
  const response = await report(
    count('counted', 5),
    bay('sensed', '2', false),
    { lot: 'lots/counted', observedTime: new Date(now) },
    { ...count('counted', 1), observedTime: undefined as never },
    count('counted', -1),
    count('counted', 1, now + min(1) + 1),
    count('none', 1),
    count('sensed', 1),
    bay('sensed', '3', true),
    bay('counted', '1', true),
  );
  const { REASON_INVALID, REASON_IN_FUTURE, REASON_LOT_UNKNOWN, REASON_NOT_MEASURED_SO } = RefusedObservation_Reason;
  expect(response.accepted).toBe(2);
  expect(response.refused.map(({ index, reason }) => [index, reason])).toEqual([
    [2, REASON_INVALID],
    [3, REASON_INVALID],
    [4, REASON_INVALID],
    [5, REASON_IN_FUTURE],
    [6, REASON_LOT_UNKNOWN],
    [7, REASON_NOT_MEASURED_SO],
    [8, REASON_NOT_MEASURED_SO],
    [9, REASON_NOT_MEASURED_SO],
  ]);
  await bus.settled();
  expect(await spaces('counted')).toEqual({
    capacity: 2,
    occupied: 5,
    reserved: 0,
    free: 0,
    observedTime: new Date(now),
  });
  expect(await spaces('sensed')).toMatchObject({ occupied: 1, free: 1 });
  await expect((await as(an)).reserveSpace(ask('counted'))).rejects.toMatchObject({ reason: 'LOT_FULL' });
});

test('a bay that went since it was reported is judged again, and becomes a dead letter', async () => {
  await opened('changed', { capacity: 0, bayIds: ['1'] });
  await report(bay('changed', '1', false));
  await bus.settled();
  await (await as(operator)).closeLot({ requestId: nextId(), name: 'lots/changed' });
  await opened('changed', { capacity: 0, bayIds: ['2'] });
  now += 1;
  expect(await report(bay('changed', '1', true))).toMatchObject({ accepted: 1 });
  await bus.settled();
  const letter = bus.caught.findLast(({ topic }) => topic === occupancyDeadLetters.name);
  expect(letter).toMatchObject({ key: 'lots/changed' });
  expect(letter?.headers['dead_letter_error']).toContain('NOT_MEASURED_SO');
});

test('a record that says nothing sensible or not whose it is becomes a dead letter', async () => {
  const letters = () => bus.caught.filter(({ topic }) => topic === occupancyDeadLetters.name);
  const before = letters().length;
  const unreadable = { topic: occupancyObserved.name, key: 'lots/whole', value: Buffer.from([0xff]) };
  const unsaid = observation(occupancyObserved, 'lots/whole', OccupancyObserved.fromPartial({}), {
    principal: sensors,
    observedAt: now,
  });
  const value = OccupancyObserved.encode(OccupancyObserved.fromPartial({ observation: count('whole', 1) })).finish();
  await bus.publisher.send([unreadable, unsaid, { topic: occupancyObserved.name, key: 'lots/whole', value }]);
  await bus.settled();
  const reasons = letters()
    .slice(before)
    .map(({ headers }) => headers['dead_letter_error'] ?? '');
  expect(reasons).toHaveLength(3);
  expect(reasons.slice(1)).toEqual([expect.stringContaining('INVALID'), expect.stringContaining('PRINCIPAL_MISSING')]);
});

test('lots are listed page by page, in the order of their names', async () => {
  const client = await as(an);
  await bus.settled();
  const names = async (pageSize: number) => {
    const all: string[] = [];
    let pageToken = '';
    do {
      const page = await client.listLots({ pageSize, pageToken });
      expect(page.lots.length).toBeLessThanOrEqual(pageSize);
      all.push(...page.lots.map(({ name }) => name));
      pageToken = page.nextPageToken;
    } while (pageToken);
    return all;
  };
  const inPages = await names(3);
  expect(inPages).toEqual([...inPages].sort());
  expect(inPages.length).toBeGreaterThan(3);
  expect(await names(100)).toEqual(inPages);
});

test('a watch begins with all lots, goes on with changes, and is resumed by its token', async () => {
  await opened('watched');
  await bus.settled();
  const client = await as(an);
  const next = async (watch: AsyncIterator<Awaited<ReturnType<typeof all>>[number]>) => (await watch.next()).value;
  const all = async () => {
    const messages = [];
    for await (const message of client.watchLots({ resumeToken: '' })) {
      messages.push(message);
      break;
    }
    return messages;
  };
  const [snapshot] = await all();
  expect(snapshot).toMatchObject({ phase: StreamPhase.STREAM_PHASE_SNAPSHOT, resumeToken: expect.stringMatching(/./) });
  expect(snapshot?.lots.map(({ name }) => name)).toContain('lots/watched');
  await client.reserveSpace(ask('watched'));
  await bus.settled();
  const watch = client.watchLots({ resumeToken: snapshot?.resumeToken ?? '' })[Symbol.asyncIterator]();
  expect(await next(watch)).toMatchObject({
    phase: StreamPhase.STREAM_PHASE_LIVE,
    lots: [{ name: 'lots/watched', availability: { free: 1 } }],
  });
  await client.reserveSpace(ask('watched'));
  expect(await next(watch)).toMatchObject({ lots: [{ name: 'lots/watched', availability: { free: 0 } }] });
  await watch.return?.();
});
