import { expect, test } from '@jest/globals';
import { loaded } from '../../test/recordings.ts';
import { feedZip } from '../../test/tiny-feed.ts';
import { startedRun } from './frequency-run.ts';
import { tripPaths } from './path.ts';
import { type PlaceState, place } from './place.ts';
import { scheduleDeviation } from './predict.ts';
import { progressOf } from './progress.ts';

const at = (time: string) => Date.parse(`2026-02-16T${time}+07:00`);

/** A bus that is seen at the second stop, three minutes into its trip, and then at the third, a minute late. */
async function seen(exactTimes: 0 | 1, times: [string, string]) {
  const frequencies = `trip_id,start_time,end_time,headway_secs,exact_times\nT1,06:00:00,22:00:00,600,${exactTimes}\n`;
  const feed = await loaded(feedZip({ 'frequencies.txt': frequencies }));
  const template = { key: 'T1', path: tripPaths(feed).of(0), schedule: feed.scheduleOf(0, '20260216') };
  let state: PlaceState | undefined;
  return times.map((time, i) => {
    const placing = place(state, template, { at: at(time), lat: 10.339 + i * 0.009, lon: 107.09 });
    if (!('placement' in placing)) throw new Error(placing.reason);
    const { run, state: next } = startedRun(feed, template, placing.state, placing.placement);
    state = next;
    const progress = progressOf(run, placing.placement);
    const [ahead] = scheduleDeviation.predict(run.schedule, progress, at(time), 3_600_000);
    return { late: Math.round(progress.lateness), start: next.startSeconds, ahead: ahead?.predictedAt };
  });
}

test('a vehicle at headways is on time when first seen, and keeps that start', async () => {
  expect(await seen(0, ['14:05:10', '14:09:10'])).toEqual([
    { late: 0, start: 14 * 3600 + 130, ahead: at('14:08:10') },
    { late: 60, start: 14 * 3600 + 130, ahead: at('14:12:10') },
  ]);
});

test('where the starts are exact it is late by the nearest of them', async () => {
  expect(await seen(1, ['14:05:10', '14:09:10'])).toEqual([
    { late: 130, start: 14 * 3600, ahead: at('14:08:10') },
    { late: 190, start: 14 * 3600, ahead: at('14:12:10') },
  ]);
});
