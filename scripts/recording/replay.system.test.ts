import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokers } from '@giaolo/chassis/testing/brokers';
import { recordingsFolder, testWithRecordings } from '@giaolo/chassis/testing/recordings';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import type { Result } from './result.ts';
import { departure, ping } from './straight-line.ts';

const dir = mkdtempSync(join(tmpdir(), 'giaolo-replay-'));
const file = (name: string): string => join(dir, name);

const TRIPS = 6;
const PINGS = 41;
const BETWEEN_TRIPS = 300;

beforeAll(() => {
  brokers();
  writeFileSync(file('line.zip'), zipSync(feed()));
  writeFileSync(file('positions.csv'), positions().join('\n'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The straight line as GTFS, with a trip every five minutes. */
function feed(): Record<string, Uint8Array> {
  const stops = [0, 1, 2, 3, 4];
  const time = (seconds: number) => new Date(7 * 3_600_000 + seconds * 1000).toISOString().slice(11, 19);
  const trips = Array.from({ length: TRIPS }, (_, i) => i);
  const lat = (metres: number) => ping(0, metres).latitude;
  const { longitude } = ping(0, 0);
  const files: Record<string, string[]> = {
    'agency.txt': ['agency_id,agency_name,agency_url,agency_timezone', 'A,Bus,https://example.org,Asia/Ho_Chi_Minh'],
    'routes.txt': ['route_id,agency_id,route_short_name,route_long_name,route_type', 'R,A,1,Straight,3'],
    'calendar.txt': [
      'service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date',
      'S,1,1,1,1,1,1,1,20260101,20261231',
    ],
    'shapes.txt': [
      'shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence',
      ...[0, 4000].map((m, i) => `P,${lat(m)},${longitude},${i}`),
    ],
    'stops.txt': [
      'stop_id,stop_name,stop_lat,stop_lon',
      ...stops.map((i) => `S${i},Stop ${i},${lat(i * 1000)},${longitude}`),
    ],
    'trips.txt': ['route_id,service_id,trip_id,shape_id', ...trips.map((i) => `R,S,T${i},P`)],
    'stop_times.txt': [
      'trip_id,arrival_time,departure_time,stop_id,stop_sequence',
      ...trips.flatMap((trip) =>
        stops.map((i) => {
          const at = time(trip * BETWEEN_TRIPS + i * 100);
          return `T${trip},${at},${at},S${i},${i + 1}`;
        }),
      ),
    ],
  };
  return Object.fromEntries(Object.entries(files).map(([name, rows]) => [name, Buffer.from(rows.join('\n'))]));
}

/** Each trip a minute late, and at the end one position without a fix, one of an unknown trip and one beside the line. */
function positions(): string[] {
  const row = (vehicle: string, trip: string, seconds: number, metres: number, longitude = ping(0, 0).longitude) =>
    `${vehicle},${departure / 1000 + seconds},${ping(0, metres).latitude},${longitude},${trip},20260216`;
  const rows = Array.from({ length: TRIPS * PINGS }, (_, i) => {
    const [trip, step] = [i % TRIPS, Math.floor(i / TRIPS)];
    return row(`V${trip}`, `T${trip}`, trip * BETWEEN_TRIPS + 60 + step * 10, Math.min(4000, step * 100));
  });
  return [
    'vehicle_id,timestamp,latitude,longitude,trip_id,start_date',
    ...rows,
    `W0,${departure / 1000 + 900},0,0,T0,20260216`,
    row('W1', 'X', 900, 0),
    row('W2', 'T2', 900, 0, 107.2),
  ];
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const line = [file('line.zip'), file('positions.csv')];

function replay(
  args: readonly string[],
  watch: (output: string, child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const child = spawn(nodeProgram, [join(root, 'scripts/replay.ts'), ...args], {
    env: { ...process.env, NODE_OPTIONS: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
      watch(output, child);
    });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

const rowsOf = (name: string): string[] => readFileSync(file(name), 'utf8').trimEnd().split('\n').slice(1);

test('a recording goes through a platform of its own and is judged', async () => {
  const files = ['predictions', 'arrivals', 'matches', 'json'].flatMap((name) => [`--${name}`, file(name)]);
  const { code, output } = await replay([...line, ...files]);
  expect(`${code} ${output}`).toMatch(/^0 /);
  const result: Result = JSON.parse(readFileSync(file('json'), 'utf8'));
  expect(result).toMatchObject({
    positions: TRIPS * PINGS + 3,
    matched: TRIPS * PINGS,
    matchedWithin60m: TRIPS * PINGS,
    backwardSteps: 0,
    unmatched: { TRIP_UNKNOWN: 1, OFF_ROUTE: 1 },
    refused: { NO_FIX: 1 },
    lost: 0,
    arrivals: TRIPS * 4,
  });
  expect(result.predictions).toBeGreaterThan(TRIPS * PINGS);
  expect(result.errors.published.missing).toBe(0);
  expect(result.errors.published.all.mae).toBeLessThan(5);
  expect(result.errors.schedule.all.mae).toBeGreaterThan(40);
  expect(rowsOf('predictions')).toHaveLength(result.predictions);
  expect(rowsOf('arrivals')).toHaveLength(result.arrivals);
  expect(rowsOf('matches').filter((row) => row.includes(',in_progress,'))).toHaveLength(result.matched);
}, 120_000);

test('Ctrl-C in the middle ends what was started', async () => {
  const { code, output } = await replay([...line, '--speed', '1'], (text, child) => {
    if (text.includes(' imported: ') && !text.includes('ending what was started')) child.kill('SIGINT');
  });
  expect(`${code} ${output}`).toMatch(/^130 /);
  const port = /redis:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
  expect(await isOpen(Number(port))).toBe(false);
}, 120_000);

const recording = join(recordingsFolder, 'gtfs-rt/wmata-2026-02-16');

testWithRecordings(
  'the real buses of a holiday in Washington are placed, never backwards, and predicted',
  async () => {
    const inputs = ['gtfs_3routes.zip', 'vehicle_positions.csv'].map((name) => join(recording, name));
    const { code, output } = await replay([...inputs, '--json', file('wmata.json')]);
    expect(`${code} ${output}`).toMatch(/^0 /);
    const result: Result = JSON.parse(readFileSync(file('wmata.json'), 'utf8'));
    expect(result).toMatchObject({ positions: 20_777, refused: {}, lost: 0, backwardSteps: 0 });
    expect(result.matchedWithin60m / result.positions).toBeGreaterThanOrEqual(0.95);
    const { published, schedule, 'schedule-deviation': deviation } = result.errors;
    expect(published.all.n / result.scored).toBeGreaterThan(0.95);
    expect(published.all.mae).toBeLessThan(schedule.all.mae ?? 0);
    expect(published.all.mae).toBeLessThan(1.05 * (deviation.all.mae ?? 0));
  },
  180_000,
);

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
