import { ServiceError } from '@giaolo/chassis/errors';
import { afterEach, expect, test } from '@jest/globals';
import { type Faults, serveFakeTransit } from './fake-transit.ts';
import { FeedRefused, importFeed } from './feed.ts';
import { Patience } from './follow.ts';
import { type Progress, play } from './play.ts';
import type { RecordedPosition } from './positions.ts';
import { resultOf } from './result.ts';
import { runsOf } from './runs.ts';
import { judge } from './score.ts';
import { departure, ping, timetableOf } from './straight-line.ts';

let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

const timetable = timetableOf();
const never = new AbortController().signal;

/** Twelve vehicles on one trip, on time, a ping every ten seconds: 480 positions. */
const recording = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: 12 }, (_, vehicle) => ping(i * 10, i * 100, { vehicleId: `V${vehicle}` })),
).flat();

async function serve(faults: Faults = {}) {
  const served = await serveFakeTransit(faults);
  stop = served.stop;
  return served.transit;
}

async function replay(faults: Faults = {}, positions: readonly RecordedPosition[] = recording, signal = never) {
  const progress: Progress[] = [];
  const played = await play({
    transit: await serve(faults),
    feed: 'feeds/test',
    positions,
    timetable,
    speed: 'max',
    signal,
    onProgress: (step) => progress.push(step),
  });
  const result = resultOf(played, judge(runsOf(positions, timetable), played.published.arrival));
  return { played, result, progress };
}

const everyThird = () => {
  let n = 0;
  return () => ++n % 3 === 0;
};

test('every position is sent, placed and seen, and its predictions are judged', async () => {
  const { played, result, progress } = await replay();
  expect(result).toMatchObject({
    positions: 480,
    matched: 480,
    matchedWithin60m: 480,
    backwardSteps: 0,
    unmatched: {},
    refused: {},
    passed: 0,
    lost: 0,
    publications: 480,
    predictions: 480 * 4,
  });
  expect(played.ledger.latencies).toHaveLength(480);
  expect(progress.at(-1)).toEqual({ done: 480, total: 480, at: departure + 390_000 });
  expect(result.errors.published.all).toMatchObject({ mbta: 100, n: result.errors.schedule.all.n });
  expect(result.errors.published.missing).toBe(0);
});

test('what is refused and what cannot be placed is counted by reason', async () => {
  const aside = recording.map((position, i) => (i % 10 === 0 ? { ...position, longitude: 107.2 } : position));
  const { result } = await replay({ refuses: ({ vehicleId }) => vehicleId === 'V3' }, aside);
  expect(result).toMatchObject({
    refused: { NO_FIX: 40 },
    unmatched: { OFF_ROUTE: 48 },
    matched: 480 - 40 - 48,
    lost: 0,
  });
});

test('what the platform takes and never shows is lost', async () => {
  const lost = recording[200];
  const { result } = await replay({
    loses: ({ vehicleId, observedTime }) => vehicleId === lost?.vehicleId && observedTime?.getTime() === lost.at,
  });
  expect(result).toMatchObject({ matched: 479, lost: 1 });
});

test('nothing is lost or counted twice when calls break again and again', async () => {
  const [report, vehicles, predictions] = [everyThird(), everyThird(), everyThird()];
  const { result } = await replay({ breaks: (what) => ({ report, vehicles, predictions })[what]() });
  expect(result).toMatchObject({ matched: 480, matchedWithin60m: 480, lost: 0, publications: 480 });
});

test('it can be given up', async () => {
  const giving = new AbortController();
  const stuck = replay({ breaks: () => true }, recording, giving.signal);
  giving.abort(new Error('given up'));
  await expect(stuck).rejects.toThrow('given up');
});

test('a refused feed tells what is wrong with it', async () => {
  const violations = [{ field: 'stop_times.txt:17:arrival_time', description: 'is no time' }];
  const importError = new ServiceError('INVALID_ARGUMENT', 'FEED_INVALID', 'the feed holds errors', { violations });
  const transit = await serve({ importError });
  const importing = importFeed(transit, 'feeds/test', Buffer.alloc(2_000_000), never);
  await expect(importing).rejects.toThrow(
    new FeedRefused('the feed is refused:\n  stop_times.txt:17:arrival_time: is no time'),
  );
});

test('a platform that is gone is not waited for without end, and one that says no is not asked again', async () => {
  const patience = new Patience('watching vehicles', 100);
  const gone = new ServiceError('UNAVAILABLE', '', 'no connection');
  await patience.broke(gone, never);
  await expect(patience.broke(gone, never)).rejects.toThrow(
    'watching vehicles: the platform has not answered for 0.1 s',
  );
  patience.works();
  await patience.broke(gone, never);
  const refused = new ServiceError('UNAUTHENTICATED', 'PRINCIPAL_INVALID', 'the bearer token is not accepted');
  await expect(patience.broke(refused, never)).rejects.toThrow('the bearer token is not accepted (PRINCIPAL_INVALID)');
});
