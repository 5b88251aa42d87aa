import { observation } from '@giaolo/chassis/kafka/records';
import { OccupancyObserved } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import { RefusedObservation_Reason } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { StreamPhase } from '@giaolo/proto/giaolo/type/v1/stream';
import { occupancyDeadLetters, occupancyObserved } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { min } from './builders.ts';
import { an, sensors } from './people.ts';
import { Stage } from './stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

test('what the field saw is the truth; what cannot be is named and not taken', async () => {
  await stage.opened('counted');
  await stage.opened('sensed', { capacity: 0, bayIds: ['1', '2'] });
  const [answer] = await stage.report([
    stage.count('counted', 5),
    stage.bay('sensed', '2', false),
    { lot: 'lots/counted', observedTime: new Date(stage.now) },
    { ...stage.count('counted', 1), observedTime: undefined as never },
    stage.count('counted', -1),
    stage.count('counted', 1, stage.now + min(1) + 1),
    stage.count('none', 1),
    stage.count('sensed', 1),
    stage.bay('sensed', '3', true),
    stage.bay('counted', '1', true),
  ]);
  const { REASON_INVALID, REASON_IN_FUTURE, REASON_LOT_UNKNOWN, REASON_NOT_MEASURED_SO } = RefusedObservation_Reason;
  expect(answer?.accepted).toBe(2);
  expect(answer?.refused.map(({ index, reason }) => [index, reason])).toEqual([
    [2, REASON_INVALID],
    [3, REASON_INVALID],
    [4, REASON_INVALID],
    [5, REASON_IN_FUTURE],
    [6, REASON_LOT_UNKNOWN],
    [7, REASON_NOT_MEASURED_SO],
    [8, REASON_NOT_MEASURED_SO],
    [9, REASON_NOT_MEASURED_SO],
  ]);
  await stage.bus.settled();
  expect(await stage.spaces('counted')).toEqual({
    capacity: 2,
    occupied: 5,
    reserved: 0,
    free: 0,
    observedTime: new Date(stage.now),
  });
  expect(await stage.spaces('sensed')).toMatchObject({ occupied: 1, free: 1 });
  await expect((await stage.as(an)).reserveSpace(stage.ask('counted'))).rejects.toMatchObject({ reason: 'LOT_FULL' });
});

test('messages need not wait for one another: their answers and effects come in their order', async () => {
  await stage.opened('streamed', { capacity: 100 });
  const counts = Array.from({ length: 100 }, (_, i) => stage.count('streamed', i, stage.now + i));
  const answers = await stage.report(
    ...counts.map((each, i) => (i % 10 === 0 ? [each, stage.count('none', 1)] : [each])),
  );
  expect(answers.map(({ accepted, refused }) => [accepted, refused.length])).toEqual(
    counts.map((_, i) => [1, i % 10 === 0 ? 1 : 0]),
  );
  await stage.bus.settled();
  const told = stage
    .facts('streamed')
    .flatMap(({ fact }) => (fact?.$case === 'occupancyCounted' ? fact.value.occupied : []));
  expect(told).toEqual(counts.map((_, i) => i));
});

test('a message with too many observations ends the stream', async () => {
  const tooMany = Array.from({ length: 501 }, () => stage.count('counted', 1));
  await expect(stage.report(tooMany)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    violations: [{ field: 'observations', description: 'must be at most 500' }],
  });
});

test('a bay that went since it was reported is judged again, and becomes a dead letter', async () => {
  await stage.opened('changed', { capacity: 0, bayIds: ['1'] });
  await stage.report([stage.bay('changed', '1', false)]);
  await stage.bus.settled();
  await stage.closed('changed');
  await stage.opened('changed', { capacity: 0, bayIds: ['2'] });
  stage.now += 1;
  expect(await stage.report([stage.bay('changed', '1', true)])).toMatchObject([{ accepted: 1 }]);
  await stage.bus.settled();
  const letter = stage.bus.caught.findLast(({ topic }) => topic === occupancyDeadLetters.name);
  expect(letter).toMatchObject({ headers: { dead_letter_key: 'lots/changed' } });
  expect(letter?.headers['dead_letter_error']).toContain('NOT_MEASURED_SO');
});

test('a record that says nothing sensible or not whose it is becomes a dead letter', async () => {
  const letters = () => stage.bus.caught.filter(({ topic }) => topic === occupancyDeadLetters.name);
  const before = letters().length;
  const unreadable = { topic: occupancyObserved.name, key: 'lots/whole', value: Buffer.from([0xff]) };
  const unsaid = observation(occupancyObserved, 'lots/whole', OccupancyObserved.fromPartial({}), {
    principal: sensors,
    observedAt: stage.now,
  });
  const value = OccupancyObserved.encode(
    OccupancyObserved.fromPartial({ observation: stage.count('whole', 1) }),
  ).finish();
  await stage.bus.publisher.send([unreadable, unsaid, { topic: occupancyObserved.name, key: 'lots/whole', value }]);
  await stage.bus.settled();
  const reasons = letters()
    .slice(before)
    .map(({ headers }) => headers['dead_letter_error'] ?? '');
  expect(reasons).toHaveLength(3);
  expect(reasons.slice(1)).toEqual([expect.stringContaining('INVALID'), expect.stringContaining('PRINCIPAL_MISSING')]);
});

test('lots are listed page by page, in the order of their names', async () => {
  const client = await stage.as(an);
  await stage.bus.settled();
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
  await stage.opened('watched');
  await stage.bus.settled();
  const client = await stage.as(an);
  const watch = (resumeToken: string) => client.watchLots({ resumeToken })[Symbol.asyncIterator]();
  const first = watch('');
  const snapshot = (await first.next()).value;
  await first.return?.();
  expect(snapshot).toMatchObject({ phase: StreamPhase.STREAM_PHASE_SNAPSHOT, resumeToken: expect.stringMatching(/./) });
  expect(snapshot.lots.map(({ name }: { name: string }) => name)).toContain('lots/watched');
  await client.reserveSpace(stage.ask('watched'));
  await stage.bus.settled();
  const resumed = watch(snapshot.resumeToken);
  expect((await resumed.next()).value).toMatchObject({
    phase: StreamPhase.STREAM_PHASE_LIVE,
    lots: [{ name: 'lots/watched', availability: { free: 1 } }],
  });
  await client.reserveSpace(stage.ask('watched'));
  expect((await resumed.next()).value).toMatchObject({ lots: [{ name: 'lots/watched', availability: { free: 0 } }] });
  await resumed.return?.();
});
