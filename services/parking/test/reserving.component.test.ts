import { Lot_State, OpenLotRequest } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { min } from './builders.ts';
import { an, binh, operator } from './people.ts';
import { Stage } from './stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

test('a lot is opened, shown and closed', async () => {
  const client = await stage.as(operator);
  const { lot } = await client.openLot(stage.lotOf('whole'));
  expect(lot).toEqual({
    name: 'lots/whole',
    displayName: 'Bãi xe Bến Du Thuyền',
    position: { latitude: 10.34, longitude: 107.08 },
    state: Lot_State.STATE_OPEN,
    availability: { capacity: 2, occupied: 0, reserved: 0, free: 2, observedTime: undefined },
    unit: operator.unit,
  });
  expect((await client.getLot({ name: 'lots/whole' })).lot).toEqual(lot);
  expect((await client.closeLot({ requestId: stage.nextId(), name: 'lots/whole' })).lot?.state).toBe(
    Lot_State.STATE_CLOSED,
  );
});

test('a space is reserved, said on the bus without its holder, and given back by the holder alone', async () => {
  await stage.opened('trip');
  const client = await stage.as(an);
  const { reservation } = await client.reserveSpace(stage.ask('trip'));
  expect(reservation?.arriveByTime).toEqual(new Date(stage.now + min(10)));
  const name = reservation?.name ?? '';
  expect(name).toMatch(/^lots\/trip\/reservations\/[A-Za-z0-9_-]+$/);
  expect(await stage.spaces('trip')).toMatchObject({ reserved: 1, free: 1 });
  await expect((await stage.as(binh)).cancelReservation({ requestId: stage.nextId(), name })).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    reason: 'NOT_HOLDER',
  });
  await client.cancelReservation({ requestId: stage.nextId(), name });
  await expect(client.cancelReservation({ requestId: stage.nextId(), name })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    reason: 'RESERVATION_UNKNOWN',
  });
  expect(stage.facts('trip').map(({ fact, lot }) => [fact?.$case, lot?.availability?.free])).toEqual([
    ['opened', 2],
    ['spaceReserved', 1],
    ['reservationCancelled', 2],
  ]);
  expect(JSON.stringify(stage.facts('trip'))).not.toContain('user:an');
});

test('an operator takes a reservation back', async () => {
  await stage.opened('official');
  const { reservation } = await (await stage.as(an)).reserveSpace(stage.ask('official'));
  await (await stage.as(operator)).cancelReservation({ requestId: stage.nextId(), name: reservation?.name ?? '' });
  expect(await stage.spaces('official')).toMatchObject({ reserved: 0 });
});

test('the same request gets the same answer, and another body under its id is refused', async () => {
  await stage.opened('again');
  const client = await stage.as(an);
  const request = stage.ask('again');
  const first = await client.reserveSpace(request);
  expect(await client.reserveSpace(request)).toEqual(first);
  expect(await stage.spaces('again')).toMatchObject({ reserved: 1 });
  await expect(client.reserveSpace({ ...request, arriveByTime: new Date(stage.now + min(11)) })).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
    reason: 'REQUEST_ID_REUSED',
    domain: 'giaolo',
  });
  // Another person may use the same id by chance.
  const other = await (await stage.as(binh)).reserveSpace(request);
  expect(other.reservation?.name).not.toBe(first.reservation?.name);
});

test('a full lot refuses, in words for people too, until a hold ends', async () => {
  await stage.opened('full', { capacity: 1 });
  await (await stage.as(binh)).reserveSpace(stage.ask('full', 5));
  const client = await stage.as(an);
  await expect(client.reserveSpace(stage.ask('full'))).rejects.toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    reason: 'LOT_FULL',
    domain: 'parking.giaolo',
    metadata: { lot: 'lots/full' },
    localized: { vi: 'Bãi xe đã hết chỗ.', en: 'The car park is full.' },
  });
  stage.now += min(5);
  await client.reserveSpace(stage.ask('full'));
  expect(stage.facts('full').map(({ fact }) => fact?.$case)).toEqual([
    'opened',
    'spaceReserved',
    'reservationExpired',
    'spaceReserved',
  ]);
});

test('a deadline that has come ends what is due, as the act of the service', async () => {
  await stage.opened('due', { capacity: 1 });
  await (await stage.as(an)).reserveSpace(stage.ask('due', 5));
  stage.now += min(5);
  await stage.parking.onDue('lots/due');
  await stage.parking.onDue('lots/due');
  await stage.parking.onDue('lots/never-opened');
  await stage.bus.settled();
  expect(stage.facts('due').map(({ fact }) => fact?.$case)).toEqual(['opened', 'spaceReserved', 'reservationExpired']);
  expect(stage.bus.caught.findLast(({ key }) => key === 'lots/due')?.headers).toMatchObject({
    ce_principal: 'service:parking',
  });
});

test.each([
  ['LOT_UNKNOWN', 'NOT_FOUND', async () => (await stage.as(an)).getLot({ name: 'lots/none' })],
  ['LOT_UNKNOWN', 'NOT_FOUND', async () => (await stage.as(an)).reserveSpace(stage.ask('none'))],
  [
    'LOT_UNKNOWN',
    'NOT_FOUND',
    async () => (await stage.as(operator)).closeLot({ requestId: stage.nextId(), name: 'lots/none' }),
  ],
  ['HOLD_TOO_LONG', 'INVALID_ARGUMENT', async () => (await stage.as(an)).reserveSpace(stage.ask('whole2', 31))],
  ['ARRIVAL_PASSED', 'INVALID_ARGUMENT', async () => (await stage.as(an)).reserveSpace(stage.ask('whole2', -1))],
  [
    'LOT_DIFFERS',
    'FAILED_PRECONDITION',
    async () => (await stage.as(operator)).openLot(stage.lotOf('whole2', { capacity: 0, bayIds: ['1'] })),
  ],
  [
    'LOT_CLOSED',
    'FAILED_PRECONDITION',
    async () => {
      await stage.closed('whole2');
      return (await stage.as(an)).reserveSpace(stage.ask('whole2'));
    },
  ],
])('refuses with its reason: %s (%#)', async (reason, code, call) => {
  await stage.opened('whole2');
  await expect(call()).rejects.toMatchObject({ reason, code, domain: 'parking.giaolo' });
});

test('a call without a principal, or past its deadline, is not heard', async () => {
  await expect((await stage.as()).getLot({ name: 'lots/whole' })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    reason: 'PRINCIPAL_MISSING',
  });
  await expect((await stage.as(an)).reserveSpace(stage.ask('whole'), { deadlineMs: -1 })).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
  });
});

test('bad fields are named, all at once', async () => {
  const client = await stage.as(operator);
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
  for (const changed of bad) named.push(...(await fields(client.openLot(stage.lotOf('bad', changed)))));
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
