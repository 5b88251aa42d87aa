import { wallClock } from '@giaolo/chassis/clock';
import type { ServiceError } from '@giaolo/chassis/errors';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { ReportOccupancyRequest } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Client, type Fact, Fleet, openCounted } from './fleet.ts';
import { an, sensors } from './people.ts';

const fleet = new Fleet();
beforeAll(() => fleet.open(2), 60_000);
afterAll(async () => {
  // 0: it ended what it had begun; null: it was killed.
  for (const exitCode of await fleet.close()) expect([0, null]).toContain(exitCode);
}, 60_000);

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
function expectNeverOversold(history: readonly Fact[], capacity: number): number {
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
  const both = await fleet.pair(an);
  await openCounted((await fleet.pair())[0], 'rush', capacity);
  const end = performance.now() + 5_000;
  const running = () => performance.now() < end;
  const filming = film((await fleet.pair(sensors))[0], running);
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
    const latest = fleet.facts('rush').at(-1);
    const isLast = latest?.value.lot?.availability?.reserved === 0 && latest.sequence === fleet.facts('rush').length;
    return isLast ? latest : undefined;
  });
  expect(fleet.facts('rush').map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: last.sequence }, (_, i) => i + 1),
  );
  expect(expectNeverOversold(fleet.facts('rush'), capacity)).toBe(tickets.length);
}, 60_000);

test('what one replica is told, the other shows', async () => {
  const [first, second] = await fleet.pair();
  await openCounted(first, 'shared', 10);
  const conversation = (await fleet.pair(sensors))[0].reportOccupancy();
  const observedTime = new Date(wallClock.now());
  await conversation.send(count('shared', 4, observedTime));
  conversation.end();
  for await (const response of conversation.responses) expect(response).toEqual({ accepted: 1, refused: [] });
  const shown = await eventually('the other replica lists the count', async () => {
    const { lots } = await second.listLots({ pageSize: 0, pageToken: '' });
    return lots.find(({ name, availability }) => name === 'lots/shared' && availability?.occupied === 4);
  });
  expect(shown.availability).toEqual({ capacity: 10, occupied: 4, reserved: 0, free: 6, observedTime });
});

test('a new replica knows all that was decided before it came, and resumes what others began', async () => {
  const [veteran] = await fleet.pair();
  await openCounted(veteran, 'lasting', 3);
  const request = { requestId: 'kept', lot: 'lots/lasting', arriveByTime: new Date(wallClock.now() + 600_000) };
  const answer = await veteran.reserveSpace(request);
  const snapshot = await eventually('the lot is in a snapshot', async () => {
    for await (const message of veteran.watchLots({ resumeToken: '' }))
      return message.lots.some(({ name, availability }) => name === 'lots/lasting' && availability?.reserved === 1)
        ? message
        : undefined;
  });
  const young = await fleet.client(await fleet.addReplica());
  expect(await young.reserveSpace(request)).toEqual(answer);
  const { lots } = await young.listLots({ pageSize: 0, pageToken: '' });
  expect(lots.find(({ name }) => name === 'lots/lasting')?.availability).toMatchObject({ reserved: 1, free: 2 });
  await young.reserveSpace({ ...request, requestId: 'more' });
  for await (const { lots: changed } of young.watchLots({ resumeToken: snapshot.resumeToken })) {
    expect(changed.map(({ name }) => name)).toEqual(['lots/lasting']);
    if (changed.at(-1)?.availability?.reserved === 2) break;
  }
});

test('a replica that is killed in the middle loses nothing that it had answered', async () => {
  const [survivor] = await fleet.pair(an);
  const victim = await fleet.addReplica();
  const dying = await fleet.client(victim, an);
  await openCounted((await fleet.pair())[0], 'crash', 10_000);
  let crashed = false;
  const names = new Set<string>();
  const arriveByTime = new Date(wallClock.now() + 1_200_000);

  // Whoever gets no answer asks the other one the same.
  const reserve = async (requestId: string) => {
    for (let turn = 0; ; turn++) {
      const client = turn % 2 === 0 ? dying : survivor;
      try {
        const { reservation } = await client.reserveSpace({ requestId, lot: 'lots/crash', arriveByTime });
        return names.add(reservation?.name ?? '');
      } catch (error) {
        if (!(error as ServiceError).transient && (error as ServiceError).code !== 'DEADLINE_EXCEEDED') throw error;
      }
    }
  };
  const driver = async (number: number) => {
    for (let turn = 0; turn < 5 || !crashed; turn++) await reserve(`crash-${number}-${turn}`);
    // And some that begin after it.
    await reserve(`crash-${number}-after`);
  };
  const drivers = Promise.all(Array.from({ length: 20 }, (_, number) => driver(number)));
  await eventually('it is in the middle of its work', () => names.size > 200);
  await victim.kill();
  crashed = true;
  await drivers;

  const { lot } = await survivor.getLot({ name: 'lots/crash' });
  expect(lot?.availability?.reserved).toBe(names.size);
  await eventually('the other replica has told what the killed one had decided', () => {
    const told = fleet.facts('crash').filter(({ value }) => value.fact?.$case === 'spaceReserved');
    return told.length === names.size;
  });
  const sequences = fleet.facts('crash').map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.map((_, i) => i + 1));
}, 60_000);
