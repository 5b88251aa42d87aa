import { testWithRecordings } from '@giaolo/chassis/testing/recordings';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { recording } from '../../test/recordings.ts';
import { feedZip } from '../../test/tiny-feed.ts';
import { tripPaths } from '../trip/path.ts';
import { readFeed } from './read-feed.ts';

const kindsOf = (notices: { code: string; file: string }[]) => [...new Set(notices.map((n) => `${n.file} ${n.code}`))];

async function verdict(zip: Buffer) {
  const answer = await readFeed(zip);
  return { ok: answer.ok, errors: answer.ok ? [] : answer.errors, warnings: answer.warnings };
}

test('a feed without errors is read as it is written', async () => {
  const answer = await readFeed(feedZip());
  if (!answer.ok) throw new Error('refused');
  const { data } = answer.feed;
  expect(answer.warnings).toEqual([]);
  expect(data.timeZone).toBe('Asia/Ho_Chi_Minh');
  expect(data.routes[0]).toMatchObject({ routeId: 'R1', shortName: '1', longName: 'Bãi Sau - Bến xe', type: 3 });
  expect(data.stops.map(({ stopId }) => stopId)).toEqual(['A', 'B', 'C', 'D']);
  expect(data.trips.ids).toEqual(['T1', 'T2']);
  expect([...data.trips.pattern]).toEqual([0, 0]);
  expect(answer.feed.serviceSpan()).toEqual({ first: '20260101', last: '20261231' });
});

const stopTimes = (...rows: string[]) =>
  ['trip_id,arrival_time,departure_time,stop_id,stop_sequence', ...rows, ''].join('\n');

test('rows may come in any order, times may pass midnight, and those left out follow the distance', async () => {
  const rows = ['T1,,,B,20', 'T2,24:10:00,24:10:00,D,9', 'T1,25:30:00,,D,40', 'T2,23:50:00,23:50:00,A,1'];
  const zip = feedZip({ 'stop_times.txt': stopTimes(...rows, 'T1,,,C,30', 'T1,,25:00:00,A,10') });
  const answer = await readFeed(zip);
  if (!answer.ok) throw new Error('refused');
  const first = answer.feed.scheduleOf(0, '20260301');
  expect([...first.sequence]).toEqual([10, 20, 30, 40]);
  expect([...first.arrival]).toEqual([90_000, 90_600, 91_200, 91_800]);
  expect([...answer.feed.scheduleOf(1, '20260301').arrival]).toEqual([85_800, 87_000]);
});

test('quotes, CRLF, a byte order mark, blank lines and spaces in the header change nothing', async () => {
  const stops = [
    '\uFEFFstop_id, stop_name ,stop_lat,stop_lon',
    '"A","Chợ ""cũ"",\nđối diện 5",10.33,107.09',
    '',
    'B,Chợ, 10.339 ,107.09',
    'C,,10.348,107.09',
    'D,Bến xe,10.357,107.09',
  ];
  const answer = await readFeed(feedZip({ 'stops.txt': stops.join('\r\n') }));
  if (!answer.ok) throw new Error(JSON.stringify(answer.errors));
  expect(answer.feed.data.stops.map(({ name }) => name)).toEqual(['Chợ "cũ",\nđối diện 5', 'Chợ', 'C', 'Bến xe']);
});

test('lines are counted through quoted fields that span them', async () => {
  const stops =
    'stop_id,stop_name,stop_lat,stop_lon\nA,"một\nhai\nba",10.33,107.09\nB,Chợ,10.339,107.09\nC,,91,107.09\nD,,1,1\n';
  const { errors } = await verdict(feedZip({ 'stops.txt': stops }));
  expect(errors).toMatchObject([{ file: 'stops.txt', line: 6, field: 'stop_lat', code: 'COORDINATE_INVALID' }]);
});

test.each<[string, Record<string, string | undefined>, string, number, string, string]>([
  ['an empty file', { 'routes.txt': '\n' }, 'routes.txt', 0, '', 'FILE_EMPTY'],
  ['a missing file', { 'trips.txt': undefined }, 'trips.txt', 0, '', 'FILE_MISSING'],
  [
    'no calendar',
    { 'calendar.txt': undefined, 'calendar_dates.txt': undefined },
    'calendar.txt',
    0,
    '',
    'FILE_MISSING',
  ],
  ['a missing column', { 'stops.txt': 'stop_id,stop_name\nA,b\n' }, 'stops.txt', 1, 'stop_lat', 'COLUMN_MISSING'],
  [
    'an unknown zone',
    { 'agency.txt': 'agency_name,agency_url,agency_timezone\nvt,x,Asia/Vung_Tau\n' },
    'agency.txt',
    2,
    'agency_timezone',
    'TIME_ZONE_UNKNOWN',
  ],
  [
    'a day that is none',
    { 'calendar_dates.txt': 'service_id,date,exception_type\nall,20260229,2\n' },
    'calendar_dates.txt',
    2,
    'date',
    'DATE_INVALID',
  ],
  [
    'a repeated trip',
    { 'trips.txt': 'route_id,service_id,trip_id\nR1,all,T1\nR1,all,T1\nR1,all,T2\n' },
    'trips.txt',
    3,
    'trip_id',
    'KEY_DUPLICATE',
  ],
  [
    'a row with a comma too many',
    { 'trips.txt': 'route_id,service_id,trip_id\nR1,all,T1,x\nR1,all,T2\n' },
    'trips.txt',
    2,
    '',
    'ROW_TOO_LONG',
  ],
  [
    'a quote that is never closed',
    { 'trips.txt': 'route_id,service_id,trip_id\nR1,all,"T1\nR1,all,T2\n' },
    'trips.txt',
    2,
    '',
    'CSV_MALFORMED',
  ],
  [
    'a time that is none',
    { 'stop_times.txt': stopTimes('T1,8:00:00,8:00:00,A,1', 'T1,8:60:00,8:61:00,B,2') },
    'stop_times.txt',
    3,
    'arrival_time',
    'TIME_INVALID',
  ],
])('refuses %s by file, line and field', async (_, changed, file, line, field, code) => {
  const { ok, errors } = await verdict(feedZip(changed));
  expect(ok).toBe(false);
  expect(errors).toContainEqual(expect.objectContaining({ file, line, field, code }));
});

test('a trip cannot call at a node of a station that has no place', async () => {
  const stops = 'stop_id,stop_name,stop_lat,stop_lon,location_type\nA,a,1,2,\nB,b,1,3,0\nC,c,,,3\nD,d,1,4,\n';
  const { errors } = await verdict(feedZip({ 'stops.txt': stops }));
  expect(errors).toMatchObject([
    { file: 'stop_times.txt', line: 4, code: 'STOP_WITHOUT_PLACE' },
    { file: 'stop_times.txt', line: 8, code: 'STOP_WITHOUT_PLACE' },
  ]);
});

test('a few broken trips of many are left out; many refuse the feed', async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `T${i + 1}`);
  const trips = ['route_id,service_id,trip_id', ...ids.map((id) => `R1,all,${id}`), ''].join('\n');
  const rows = (broken: number) =>
    ids.flatMap((id, i) => [`${id},8:00:00,8:00:00,A,1`, `${id},${i < broken ? 7 : 9}:00:00,9:00:00,B,2`]);
  const few = await readFeed(feedZip({ 'trips.txt': trips, 'stop_times.txt': stopTimes(...rows(2)) }));
  if (!few.ok) throw new Error('refused');
  expect(few.feed.trip('T1')).toBeUndefined();
  expect(few.feed.trip('T3')).toBe(0);
  expect(few.warnings).toContainEqual(expect.objectContaining({ line: 3, code: 'TIME_DECREASES' }));
  expect(few.warnings).toContainEqual(expect.objectContaining({ code: 'TRIPS_LEFT_OUT' }));

  const many = await verdict(feedZip({ 'trips.txt': trips, 'stop_times.txt': stopTimes(...rows(3)) }));
  expect(many.errors).toHaveLength(3);
});

test('what is wrong in every line is told in a bounded list', async () => {
  const rows = Array.from({ length: 500 }, (_, i) => `T1,8:00:00,8:00:00,X,${i}`);
  const { errors } = await verdict(feedZip({ 'stop_times.txt': stopTimes(...rows) }));
  expect(errors).toHaveLength(26);
  expect(errors.at(-1)).toMatchObject({ code: 'MORE_NOTICES', message: 'more: 475 STOP_UNKNOWN in stop_times.txt' });
});

test('whatever a file holds, the answer is a verdict, and what is let in can be asked', async () => {
  const files = unzipSync(feedZip());
  const file = fc.constantFrom(
    'agency.txt',
    'calendar.txt',
    'routes.txt',
    'shapes.txt',
    'stops.txt',
    'trips.txt',
    'stop_times.txt',
  );
  const noise = fc.constantFrom('"', ',', '\n', '\r', '-', '9', 'T1', ':', ' ', '\u0000', 'é');
  const edit = fc.record({ file, at: fc.nat(), cut: fc.nat({ max: 4 }), put: fc.array(noise, { maxLength: 4 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
      const changed: Record<string, string> = {};
      for (const { file, at, cut, put } of edits) {
        const text = changed[file] ?? strFromU8(files[file] ?? new Uint8Array());
        const start = at % (text.length + 1);
        changed[file] = text.slice(0, start) + put.join('') + text.slice(start + cut);
      }
      const answer = await readFeed(feedZip(changed));
      if (!answer.ok) return expect(answer.errors.length).toBeGreaterThan(0);
      const { feed } = answer;
      const paths = tripPaths(feed);
      feed.data.trips.ids.forEach((_, trip) => {
        const { arrival, departure } = feed.scheduleOf(trip, '20260216');
        arrival.forEach((time, i) => {
          expect(time).toBeGreaterThanOrEqual(departure[i - 1] ?? 0);
          expect(departure[i]).toBeGreaterThanOrEqual(time);
        });
        for (const at of paths.of(trip).stops) expect(at).toBeGreaterThanOrEqual(0);
      });
    }),
    { numRuns: 300 },
  );
});

// The index of ../shared/data/gtfs-bad: what each feed must be refused for, or warned of.
testWithRecordings.each<[string, string]>([
  ['transitfeed/bad_date_format', 'calendar.txt DATE_INVALID'],
  ['transitfeed/bad_utf8', 'stops.txt NOT_UTF8'],
  ['transitfeed/bad_eol', 'routes.txt LINE_END_INVALID'],
  ['transitfeed/duplicate_stop_sequence', 'stop_times.txt SEQUENCE_DUPLICATE'],
  ['transitfeed/missing_column', 'agency.txt COLUMN_MISSING'],
  ['transitfeed/missing_stop_times', 'stop_times.txt FILE_MISSING'],
  ['transitfeed/missing_routes', 'routes.txt FILE_MISSING'],
  ['transitfeed/undefined_stop', 'stop_times.txt STOP_UNKNOWN'],
  ['transitfeed/empty_file', 'agency.txt FILE_EMPTY'],
  ['transitfeed/missing_endpoint_times', 'stop_times.txt TIME_MISSING'],
  ['transport-validator/duplicates', 'stops.txt KEY_DUPLICATE'],
  ['transport-validator/duplicate_stops', 'trips.txt ROUTE_UNKNOWN'],
  ['transport-validator/invalid_references', 'trips.txt SERVICE_UNKNOWN'],
  ['transport-validator/stop_times_increase', 'stop_times.txt TIME_DECREASES'],
  ['transport-validator/duration_distance', 'stop_times.txt TIME_DECREASES'],
  ['transport-validator/sub_folder', ' FILES_IN_FOLDER'],
  ['transport-validator/route_type_invalid', 'routes.txt ROUTE_TYPE_INVALID'],
  ['transport-validator/unused_stop', 'trips.txt ROUTE_UNKNOWN'],
  ['transitland/example-errors', 'stops.txt COORDINATE_INVALID'],
])('refuses the known bad feed %s: %s', async (name, finding) => {
  const { ok, errors } = await verdict(recording(`gtfs-bad/${name}.zip`));
  expect(ok).toBe(false);
  expect(kindsOf(errors)).toContain(finding);
});

testWithRecordings.each<[string, string]>([
  ['transitfeed/repeated_route_name', 'routes.txt ROUTE_NAME_REPEATED'],
  ['transitfeed/flatten_feed', 'trips.txt TRIP_WITHOUT_STOPS'],
  ['transport-validator/duplicate_stops', 'stops.txt STOP_REPEATED'],
  ['transport-validator/unused_stop', 'stops.txt STOP_UNUSED'],
  ['transport-validator/duration_distance', 'stop_times.txt SPEED_IMPLAUSIBLE'],
])('warns of what is odd in %s: %s', async (name, finding) => {
  const { warnings } = await verdict(recording(`gtfs-bad/${name}.zip`));
  expect(kindsOf(warnings)).toContain(finding);
});

testWithRecordings.each<[string, number]>([
  ['gtfs-bad/transitfeed/good_feed', 28],
  ['gtfs-bad/transitfeed/utf8bom', 28],
  ['gtfs-bad/transitfeed/only_calendar_dates', 28],
  ['gtfs-bad/transitfeed/flatten_feed', 27],
  ['gtfs-bad/transitfeed/repeated_route_name', 28],
  ['gtfs-bad/transitland/example-good', 28],
  ['gtfs-bad/geometry/grand-river-trip-1426033', 56],
  ['gtfs-static/bogor-angkot', 172_080],
  ['gtfs-static/bullrunner', 473],
  ['gtfs-static/cairns', 37_790],
  ['gtfs-static/caltrain-20160406', 3_103],
  ['gtfs-static/nyc-subway', 446_924],
  ['gtfs-static/porto-alegre-eptc', 130_019],
  ['gtfs-static/sao-paulo-spo', 860],
  ['gtfs-rt/bart-caltrain-snapshots/bart-rt', 32_185],
  ['gtfs-rt/bart-caltrain-snapshots/ct', 3_498],
  ['gtfs-rt/nyct-ace-2024-02-08/gtfs_cut', 143_616 - 77],
  ['gtfs-rt/wmata-2026-02-16/gtfs_3routes', 232_187],
])('reads the real feed %s', async (name, count) => {
  const answer = await readFeed(recording(`${name}.zip`));
  if (!answer.ok) throw new Error(JSON.stringify(answer.errors));
  expect(answer.feed.data.stopTimes.arrival).toHaveLength(count);
});
