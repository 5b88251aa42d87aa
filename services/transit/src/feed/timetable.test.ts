import { testWithRecordings } from '@giaolo/chassis/testing/recordings';
import { expect, test } from '@jest/globals';
import { loaded, recordedFeed } from '../../test/recordings.ts';
import { feedZip } from '../../test/tiny-feed.ts';
import { routePaths } from './map-paths.ts';
import { arrivalAt, departureAt } from './timetable.ts';

const inVungTau = (time: string) => Date.parse(`${time}+07:00`);
const stopTimes = (...rows: string[]) =>
  ['trip_id,arrival_time,departure_time,stop_id,stop_sequence', ...rows, ''].join('\n');

test('exceptions stand above the weekly calendar', async () => {
  const feed = await loaded(
    feedZip({
      'calendar.txt':
        'service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nall,1,1,1,1,1,0,0,20260105,20260208\n',
      'calendar_dates.txt':
        'service_id,date,exception_type\nall,20260105,2\nall,20260207,1\nall,20260301,1\nother,20260401,1\n',
    }),
  );
  const days = ['20260105', '20260106', '20260110', '20260207', '20260208', '20260209', '20260301', '20260230', 'x'];
  const runs = [false, true, false, true, false, false, true, false, false];
  expect(days.map((day) => feed.runsOn('all', day))).toEqual(runs);
  expect(days.map((day) => feed.tripRunsOn(0, day))).toEqual(runs);
  expect(feed.runsOn('nobody', '20260106')).toBe(false);
  expect(feed.runsOn('other', '20260401')).toBe(true);
  // No trip is of the other service.
  expect(feed.serviceSpan()).toEqual({ first: '20260106', last: '20260301' });
});

test('stop times of a day are instants', async () => {
  const feed = await loaded(feedZip({ 'stop_times.txt': stopTimes('T1,23:50:00,23:51:00,A,1', 'T1,24:05:00,,B,2') }));
  const schedule = feed.scheduleOf(feed.trip('T1') ?? -1, '20260216');
  expect(arrivalAt(schedule, 0)).toBe(inVungTau('2026-02-16T23:50'));
  expect(departureAt(schedule, 0)).toBe(inVungTau('2026-02-16T23:51'));
  expect(arrivalAt(schedule, 1)).toBe(inVungTau('2026-02-17T00:05'));
});

test('a ping without a start date belongs to the service day that it fits', async () => {
  const feed = await loaded(feedZip({ 'stop_times.txt': stopTimes('T1,23:00:00,23:00:00,A,1', 'T1,25:00:00,,B,2') }));
  const day = (time: string) => feed.serviceDayFor(0, inVungTau(time));
  expect(day('2026-02-16T22:30')).toBe('20260216');
  expect(day('2026-02-17T00:30')).toBe('20260216');
  expect(day('2026-02-17T03:30')).toBe('20260216');
  expect(day('2026-02-17T12:00')).toBeUndefined();
  // The 17th is taken out by calendar_dates.txt.
  expect(day('2026-02-17T23:30')).toBeUndefined();
  expect(day('2026-02-18T00:30')).toBeUndefined();
  expect(day('2027-01-01T00:30')).toBe('20261231');
});

test('a trip at headways is a template that can be put to any start', async () => {
  const zip = feedZip({
    'frequencies.txt': 'trip_id,start_time,end_time,headway_secs,exact_times\nT1,06:00:00,22:00:00,600,0\n',
  });
  const feed = await loaded(zip);
  const [template, own] = ['T1', 'T2'].map((id) => feed.scheduleOf(feed.trip(id) ?? -1, '20260216'));
  expect([template?.isTemplate, own?.isTemplate]).toEqual([true, false]);
  const started = feed.scheduleOf(0, '20260216', 14 * 3600);
  expect(started.isTemplate).toBe(false);
  expect(departureAt(started, 0)).toBe(inVungTau('2026-02-16T14:00'));
  expect(feed.serviceDayFor(0, inVungTau('2026-02-16T21:30'))).toBe('20260216');
});

test("a route's lines are told once, shapes before straight lines", async () => {
  const feed = await loaded(
    feedZip({
      'trips.txt': 'route_id,service_id,trip_id,shape_id\nR1,all,T1,\nR1,all,T2,S1\n',
      'stop_times.txt': stopTimes('T1,8:00:00,,A,1', 'T1,8:05:00,,B,2', 'T2,8:00:00,,A,1', 'T2,8:05:00,,B,2'),
    }),
  );
  expect(routePaths(feed, 0)).toEqual([
    [
      [107.09, 10.33],
      [107.09, 10.339],
    ],
    [
      [107.09, 10.33],
      [107.09, 10.345],
      [107.09, 10.357],
    ],
  ]);
});

testWithRecordings('the holiday of Washington runs the service that only calendar_dates.txt names', async () => {
  const feed = await recordedFeed('gtfs-rt/wmata-2026-02-16/gtfs_3routes.zip');
  expect(feed.runsOn('9', '20260216')).toBe(false);
  expect(feed.runsOn('4', '20260216')).toBe(true);
  expect(feed.runsOn('9', '20260217')).toBe(true);
  const trip = feed.trip('30095100') ?? -1;
  expect(feed.tripRunsOn(trip, '20260216')).toBe(true);
  expect(feed.scheduleOf(trip, '20260216').sequence[0]).toBe(2);
  expect(feed.serviceSpan()).toEqual({ first: '20251214', last: '20260613' });
});
