import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { csvText, RecordingError, readPositions } from './positions.ts';

const ZONE = 'America/New_York';
const HEADER = 'vehicle_id,timestamp,latitude,longitude,trip_id,start_date,route_id,bearing,speed';
const read = (...lines: string[]) => readPositions(`${lines.join('\n')}\n`, ZONE);
const timeOf = (timestamp: string): string =>
  new Date(read('vehicle_id,timestamp,latitude,longitude', `7,${timestamp},38.9,-77`)[0]?.at ?? 0).toISOString();

test('columns go by their GTFS-realtime names, with the path', () => {
  const [position] = read(
    ',id,vehicle.trip.trip_id,vehicle.trip.start_date,vehicle.trip.route_id,vehicle.position.latitude,vehicle.position.longitude,vehicle.position.bearing,vehicle.position.speed,vehicle.timestamp,vehicle.vehicle.id',
    '0,entity,T1,20260216,R1,38.93,-77.08,133.0,8.8392,1771257515,4582',
  );
  expect(position).toEqual({
    line: 2,
    at: 1_771_257_515_000,
    vehicleId: '4582',
    latitude: 38.93,
    longitude: -77.08,
    tripId: 'T1',
    startDate: '20260216',
    routeId: 'R1',
    bearing: 133,
    speed: 8.8392,
  });
});

test.each([
  'trip.trip_id,vehicle.id,position.latitude,position.longitude,timestamp',
  'trip_id,vehicle_id,latitude,longitude,timestamp',
])('and without it: %s', (header) => {
  expect(read(header, 'T1,4582,38.93,-77.08,1771257515')).toEqual([
    { line: 2, at: 1_771_257_515_000, vehicleId: '4582', latitude: 38.93, longitude: -77.08, tripId: 'T1' },
  ]);
});

test.each([
  ['1771257515', '2026-02-16T15:58:35.000Z'],
  ['1771257515.25', '2026-02-16T15:58:35.250Z'],
  ['1.771257515e9', '2026-02-16T15:58:35.000Z'],
  ['2026-02-16T15:58:35Z', '2026-02-16T15:58:35.000Z'],
  ['2026-02-16T10:58:35-05:00', '2026-02-16T15:58:35.000Z'],
  ['2026-02-16 10:58:35.5-0500', '2026-02-16T15:58:35.500Z'],
  ['2026-02-16 10:58:35', '2026-02-16T15:58:35.000Z'],
  ['2026-07-01T10:58', '2026-07-01T14:58:00.000Z'],
])('%s is %s; without a zone it is the time where the feed is at home', (text, instant) => {
  expect(timeOf(text)).toBe(instant);
});

test('the oldest comes first; rows of the same time keep their order', () => {
  const rows = read(HEADER, 'c,30,1,1,,,,,', 'a,10,1,1,,,,,', 'b,10,1,1,,,,,', '');
  expect(rows.map(({ vehicleId, line }) => `${vehicleId}${line}`)).toEqual(['a3', 'b4', 'c2']);
});

test('quoted fields may hold commas and line ends, and lines are still counted right', () => {
  const header = 'vehicle_id,timestamp,latitude,longitude,label';
  expect(read(header, '"a, 1",10,1,1,"two\nlines"', 'b,11,1,1,x').map((row) => [row.vehicleId, row.line])).toEqual([
    ['a, 1', 2],
    ['b', 4],
  ]);
});

test('takes Windows line ends, a byte order mark and a packed file', () => {
  const csv = '\uFEFFvehicle_id,timestamp,latitude,longitude\r\na,10,1,1\r\n';
  expect(readPositions(csvText(gzipSync(csv)), ZONE)).toEqual(readPositions(csvText(Buffer.from(csv)), ZONE));
  expect(readPositions(csv, ZONE)).toHaveLength(1);
});

test.each([
  [
    'no column',
    ['vehicle_id,timestamp,latitude'],
    'line 1: no column vehicle.position.longitude (or position.longitude, longitude)',
  ],
  ['no file', [''], 'line 1: no header'],
  ['no rows', [HEADER], 'no positions: the header is all there is'],
  [
    'a word for a number',
    [HEADER, 'a,10,1,1,,,,,', 'a,11,north,1,,,,,'],
    'line 3, column latitude: "north" is not a number',
  ],
  ['an empty cell', [HEADER, 'a,10,,1,,,,,'], 'line 2, column latitude: is empty'],
  ['no vehicle', [HEADER, ' ,10,1,1,,,,,'], 'line 2, column vehicle_id: is empty'],
  [
    'milliseconds',
    [HEADER, 'a,1771257515000,1,1,,,,,'],
    'line 2, column timestamp: "1771257515000" is not in Unix seconds; in milliseconds?',
  ],
  ['no time', [HEADER, 'a,noon,1,1,,,,,'], 'line 2, column timestamp: "noon" is neither Unix seconds nor ISO 8601'],
  [
    'no such day',
    [HEADER, 'a,2026-02-30T10:00:00Z,1,1,,,,,'],
    'line 2, column timestamp: "2026-02-30T10:00:00Z" is no time of the calendar',
  ],
  ['no date', [HEADER, 'a,10,1,1,T,16/02/2026,,,'], 'line 2, column start_date: "16/02/2026" is not a date YYYYMMDD'],
  ['a short row', [HEADER, 'a,10,1,1'], 'line 2: 4 fields, where the header has 9'],
  ['an open quote', [HEADER, '"a,10,1,1,,,,,'], 'line 2: Quoted field unterminated'],
])('names the place of %s', (_, lines, message) => {
  expect(() => read(...lines)).toThrow(new RecordingError(message));
});
