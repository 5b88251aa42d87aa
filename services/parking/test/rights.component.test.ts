import { COUNTRY, principalIn } from '@giaolo/chassis/principal';
import { ActRecorded, ActRecorded_Outcome as Outcome } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import {
  type OccupancyObservation,
  ParkingServiceService,
  RefusedObservation_Reason as Reason,
  ReportOccupancyRequest,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { actRecorded, lotState } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { an, operator, stranger } from './people.ts';
import { type Client, Stage } from './stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

const foreign = { code: 'PERMISSION_DENIED', reason: 'UNIT_FOREIGN' };
const roleless = { code: 'PERMISSION_DENIED', reason: 'ROLE_MISSING' };

const acts = (object: string) =>
  stage.bus.caught
    .filter(({ topic }) => topic === actRecorded.name)
    .map(({ key, value }) => ({ key, ...ActRecorded.decode(value as Uint8Array) }))
    .filter((act) => act.object === object);

async function firstOf<T>(stream: AsyncIterable<T>): Promise<T> {
  for await (const message of stream) return message;
  throw new Error('the stream ended');
}

async function answerTo(client: Client, observation: Partial<OccupancyObservation>) {
  const conversation = client.reportOccupancy();
  await conversation.send(ReportOccupancyRequest.fromPartial({ observations: [observation as OccupancyObservation] }));
  conversation.end();
  return firstOf(conversation.responses);
}

test('somebody of another province is refused everything, or sees nothing', async () => {
  await stage.opened('ours');
  const client = await stage.as(stranger);
  const requestId = () => stage.nextId();
  const { reservation } = await (await stage.as(an)).reserveSpace(stage.ask('ours'));
  const cancel = { requestId: requestId(), name: reservation?.name ?? '' };
  const asks: Record<keyof typeof ParkingServiceService, () => Promise<unknown>> = {
    openLot: () => expect(client.openLot(stage.lotOf('ours'))).rejects.toMatchObject(foreign),
    closeLot: () =>
      expect(client.closeLot({ requestId: requestId(), name: 'lots/ours' })).rejects.toMatchObject(foreign),
    getLot: () => expect(client.getLot({ name: 'lots/ours' })).rejects.toMatchObject(foreign),
    listLots: () => expect(client.listLots({ pageSize: 0, pageToken: '' })).resolves.toMatchObject({ lots: [] }),
    watchLots: async () => expect((await firstOf(client.watchLots({ resumeToken: '' }))).lots).toEqual([]),
    reserveSpace: () => expect(client.reserveSpace(stage.ask('ours'))).rejects.toMatchObject(foreign),
    cancelReservation: () => expect(client.cancelReservation(cancel)).rejects.toMatchObject(foreign),
    reportOccupancy: async () =>
      expect(await answerTo(client, stage.count('ours', 1))).toEqual({
        accepted: 0,
        refused: [{ index: 0, reason: Reason.REASON_UNIT_FOREIGN }],
      }),
  };
  for (const name of Object.keys(ParkingServiceService) as (keyof typeof asks)[]) await asks[name]();
});

test('a role that does not command is refused, wherever the lot is', async () => {
  const client = await stage.as(an);
  await expect(client.openLot(stage.lotOf('not-mine'))).rejects.toMatchObject(roleless);
});

test('a lot is opened for a unit of the caller’s, and for no other', async () => {
  const client = await stage.as(operator);
  const elsewhere = stage.lotOf('there', { unit: stranger.unit });
  await expect(client.openLot(elsewhere)).rejects.toMatchObject(foreign);
  await (await stage.as(stranger)).openLot(elsewhere);
  await expect(client.getLot({ name: 'lots/there' })).rejects.toMatchObject(foreign);
});

test('who is an operator elsewhere and a driver everywhere gives no space of others back', async () => {
  await stage.opened('mixed');
  const { reservation } = await (await stage.as(an)).reserveSpace(stage.ask('mixed'));
  const mixed = {
    ...principalIn(stranger.unit, 'user:mixed', 'operator'),
    grants: [
      { role: 'operator', unit: stranger.unit },
      { role: 'driver', unit: COUNTRY },
      { role: 'driver', unit: operator.unit },
    ],
  } as const;
  const cancel = { requestId: stage.nextId(), name: reservation?.name ?? '' };
  await expect((await stage.as(mixed)).cancelReservation(cancel)).rejects.toMatchObject({ reason: 'NOT_HOLDER' });
  await (await stage.as(operator)).cancelReservation({ ...cancel, requestId: stage.nextId() });
});

test('each command leaves its record of audit with its facts, and so does one that was refused for want of rights', async () => {
  await stage.opened('audited');
  await expect(
    (await stage.as(stranger)).closeLot({ requestId: stage.nextId(), name: 'lots/audited' }),
  ).rejects.toThrow();
  await (await stage.as(an)).reserveSpace(stage.ask('audited'));
  await stage.report([stage.count('audited', 1)]);
  await stage.bus.settled();
  const method = (name: string) => `giaolo.parking.v1.ParkingService/${name}`;
  const [opened, denied, reserved, ...others] = acts('lots/audited');
  const key = '77/2025-07-01';
  expect(opened).toMatchObject({
    key,
    subject: operator.subject,
    unit: operator.unit,
    method: method('OpenLot'),
    outcome: Outcome.OUTCOME_ACCEPTED,
    firstSequence: 1n,
    lastSequence: 1n,
  });
  expect(denied).toMatchObject({
    key,
    subject: stranger.subject,
    unit: operator.unit,
    subjectUnit: stranger.unit,
    method: method('CloseLot'),
    outcome: Outcome.OUTCOME_DENIED,
    reason: 'UNIT_FOREIGN',
  });
  expect(reserved).toMatchObject({ key, subject: an.subject, method: method('ReserveSpace'), lastSequence: 2n });
  // What a sensor counted is an observation, not an act.
  expect(others).toEqual([]);
});

test('each commit tells what it changed, small fields together and elements of a collection each by itself', async () => {
  await stage.opened('kept', { capacity: 0, bayIds: ['1', '2'] });
  const { reservation } = await (await stage.as(an))
    .reserveSpace(stage.ask('kept'))
    .catch(() => ({ reservation: undefined }));
  expect(reservation).toBeUndefined();
  await stage.report([stage.bay('kept', '2', false)]);
  await stage.bus.settled();
  const keys = stage.bus.caught.filter(({ topic, key }) => topic === lotState.name && key.startsWith('lots/kept'));
  expect(keys.map(({ key }) => key)).toEqual([
    'lots/kept',
    'lots/kept#bay:1',
    'lots/kept#bay:2',
    'lots/kept',
    'lots/kept#bay:2',
  ]);
});
