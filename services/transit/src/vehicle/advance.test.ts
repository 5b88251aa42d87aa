import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { feedZip } from '../../test/tiny-feed.ts';
import { readFeed } from '../feed/read-feed.ts';
import { tripPaths } from '../trip/path.ts';
import { scheduleDeviation } from '../trip/predict.ts';
import { type Advance, advance, type FollowedBy, type VehicleReport, type VehicleState } from './advance.ts';

let by: FollowedBy;
beforeAll(async () => {
  const answer = await readFeed(feedZip());
  if (!answer.ok) throw new Error('the tiny feed is broken');
  by = { digest: 'a'.repeat(64), timetable: answer.feed, paths: tripPaths(answer.feed) };
});

const at = (time: string) => Date.parse(`2026-02-16T${time}+07:00`);
const report = (time: string, lat: number, tripId: string | undefined = 'T1', startDate?: string): VehicleReport => ({
  at: at(time),
  lat,
  lon: 107.09,
  ...(tripId && { trip: { tripId, startDate, routeId: '' } }),
});
const follow = (...reports: VehicleReport[]) => {
  let state: VehicleState | undefined;
  return reports.map((each) => {
    const next = advance(state, each, by, scheduleDeviation);
    state = next?.state ?? state;
    return next;
  });
};
const stopsOf = (next: Advance | undefined) => next?.predictions?.map(({ stop }) => stop);

test('a trip from its start to its end: predictions shrink, and the end is told once', () => {
  const steps = follow(
    report('08:01:00', 10.33),
    report('08:04:00', 10.339),
    report('08:07:00', 10.348),
    report('08:10:00', 10.357),
    report('08:11:00', 10.357),
  );
  expect(steps.map(stopsOf)).toEqual([[1, 2, 3], [2, 3], [3], [], undefined]);
  expect(steps.map((next) => next?.placed?.progress.lateness)).toEqual([60, 60, 60, 60, 120]);
  expect(steps.at(-1)?.state.predicted).toBeUndefined();
});

test('the service day is found by the time when the report does not say it', () => {
  const [first] = follow(report('08:01:00', 10.33));
  expect(first?.trip).toEqual({ tripId: 'T1', startDate: '20260216', routeId: 'R1' });
});

test('a vehicle that takes up another trip leaves the predictions of the first void', () => {
  const [, second] = follow(report('08:01:00', 10.33), report('08:29:00', 10.33, 'T2'));
  expect(second).toMatchObject({ left: { tripId: 'T1', startDate: '20260216' }, trip: { tripId: 'T2' } });
});

test('a vehicle that signs off leaves its predictions void; one that strays keeps them', () => {
  const [, strayed] = follow(report('08:01:00', 10.33), { ...report('08:02:00', 10.33), lon: 107.2 });
  expect(strayed).toMatchObject({ unplaced: 'OFF_ROUTE', left: undefined, state: { predicted: { tripId: 'T1' } } });
  const [, signedOff] = follow(report('08:01:00', 10.33), report('08:02:00', 10.33, ''));
  expect(signedOff).toMatchObject({ unplaced: 'NO_TRIP', left: { tripId: 'T1' } });
});

test('a vehicle whose sign flips to another trip and back goes on from where it was', () => {
  const steps = follow(
    report('08:04:00', 10.339),
    report('08:04:30', 10.339, 'T2'),
    report('08:05:00', 10.3389),
    report('08:05:30', 10.3393),
  );
  const distances = steps.map((next) => next?.placed?.placement.distance);
  expect(distances[2]).toBe(distances[0]);
  expect(distances[3]).toBeGreaterThan(distances[2] ?? 0);
});

test('a report that is not newer changes nothing', () => {
  expect(follow(report('08:02:00', 10.33), report('08:02:00', 10.339))[1]).toBeUndefined();
});

test('whatever a vehicle reports, it never goes back on its trip, and a restart between any two reports changes nothing', () => {
  const step = fc.record({
    seconds: fc.integer({ min: 0, max: 90 }),
    lat: fc.double({ min: 10.32, max: 10.37, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let now = at('08:00:00');
      let [state, restarted]: (VehicleState | undefined)[] = [];
      let last = 0;
      for (const { seconds, lat } of steps) {
        now += seconds * 1_000;
        const each: VehicleReport = { at: now, lat, lon: 107.09, trip: { tripId: 'T1', routeId: '' } };
        const next = advance(state, each, by, scheduleDeviation);
        const again = advance(restarted, each, by, scheduleDeviation);
        expect(again?.placed?.placement).toEqual(next?.placed?.placement);
        const distance = next?.placed?.placement.distance ?? last;
        expect(distance).toBeGreaterThanOrEqual(last);
        last = distance;
        for (const { predictedAt } of next?.predictions ?? []) expect(predictedAt).toBeGreaterThanOrEqual(now);
        state = next?.state ?? state;
        restarted = state && JSON.parse(JSON.stringify(state));
      }
    }),
  );
});
