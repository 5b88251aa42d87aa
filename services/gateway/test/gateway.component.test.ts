import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '@giaolo/chassis/testing/fixed-clock';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buses, FEED } from './city.ts';
import { EventReader } from './event-reader.ts';
import { person } from './people.ts';
import { activated, lotsChanged, predicted, progressed } from './reports.ts';
import { type RunningGateway, runGateway } from './running-gateway.ts';

const noon = Date.parse('2026-11-24T05:00:00Z');
const clock = new FixedClock(noon);
const [bus, other] = buses as [(typeof buses)[0], (typeof buses)[0]];
const busKey = `${FEED}/vehicles/${bus.id}`;

let gateway: RunningGateway;
let dir: string;
const readers: EventReader[] = [];
const listen = async (path = '/v1/live', headers: Record<string, string> = {}) => {
  const authorization = `Bearer ${await gateway.token()}`;
  const reader = await EventReader.open(`${gateway.url}${path}`, { authorization, ...headers });
  readers.push(reader);
  return reader;
};
const get = (path: string, headers: Record<string, string> = {}) => gateway.ask(person('viewer'), path, { headers });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'giaolo-page-'));
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>Giaolo</title>');
  writeFileSync(join(dir, 'assets', 'index-1a2b.js'), 'export {};');
  gateway = await runGateway(clock, dir);
  await gateway.bus.publisher.send([progressed(bus, noon), ...predicted(bus, noon), ...lotsChanged(noon)]);
  await gateway.bus.settled();
});

afterAll(async () => {
  for (const reader of readers) reader.close();
  await gateway.end();
  rmSync(dir, { recursive: true });
});

test('a page gets a snapshot, then changes', async () => {
  const page = await listen();
  const snapshot = await page.next('snapshot');
  expect(snapshot.data).toMatchObject({
    now: noon,
    vehicles: [{ key: busKey, feed: FEED, vehicleId: bus.id, placement: { latenessSeconds: 40, nextStopId: 'VT03' } }],
    predictions: [{ routeId: 'R01', stops: expect.arrayContaining([expect.objectContaining({ stopId: 'VT06' })]) }],
  });
  expect(snapshot.data['lots']).toHaveLength(4);
  expect(snapshot.id).not.toBe('');
  await gateway.bus.publisher.send([progressed({ ...bus, latenessSeconds: 70 }, noon)]);
  const { data } = await page.next('changes');
  expect(data).toMatchObject({ now: noon, vehicles: [{ key: busKey, placement: { latenessSeconds: 70 } }] });
  expect(data).not.toHaveProperty('lots');
});

test('a quiet line still tells the time every second', async () => {
  const page = await listen();
  expect((await page.next('clock')).data).toEqual({ now: noon });
});

test.each(['Last-Event-ID', '?resume='])(
  'a page that comes back by %s gets what it missed and no more',
  async (how) => {
    const page = await listen();
    const { id } = await page.next('snapshot');
    page.close();
    await gateway.bus.publisher.send([progressed({ ...other, latenessSeconds: 5 }, noon)]);
    await gateway.bus.settled();
    const again =
      how === '?resume='
        ? await listen(`/v1/live?resume=${encodeURIComponent(id)}`)
        : await listen('/v1/live', { 'last-event-id': id });
    const { data } = await again.next('changes');
    expect(data['vehicles']).toEqual([expect.objectContaining({ vehicleId: other.id })]);
    expect(again.seen).not.toContain('snapshot');
    // What it drew may have changed too.
    expect(again.seen).toContain('network');
  },
);

test('a token of another log gets a snapshot', async () => {
  const page = await listen('/v1/live', { 'last-event-id': 'another.0' });
  expect((await page.next('snapshot')).data['vehicles']).not.toEqual([]);
});

test('the network has every page of its lists, and is read once a version', async () => {
  const first = await get('/v1/network');
  const { feeds } = (await first.json()) as { feeds: { routes: { paths: number[][][] }[]; stops: unknown[] }[] };
  expect([feeds[0]?.routes.length, feeds[0]?.stops.length]).toEqual([3, 12]);
  expect(feeds[0]?.routes[0]?.paths[0]?.[0]).toEqual([107.0938, 10.3712]);
  const reads = gateway.behind.networkReads;
  // fetch would ask caches to be passed by.
  const conditions = { 'if-none-match': first.headers.get('etag') ?? '', 'cache-control': 'max-age=0' };
  const again = await get('/v1/network', conditions);
  expect([again.status, gateway.behind.networkReads]).toEqual([304, reads]);
});

test('pages hear of a new schedule once it can be read', async () => {
  const page = await listen();
  await page.next('snapshot');
  gateway.behind.feeds = gateway.behind.feeds.map((feed) => ({ ...feed, digest: 'd2' }));
  await gateway.bus.publisher.send([activated('d2')]);
  await page.next('network');
  const { feeds } = (await (await get('/v1/network')).json()) as { feeds: { digest: string }[] };
  expect(feeds[0]?.digest).toBe('d2');
});

test('says which clock the platform runs on', async () => {
  expect(await (await get('/v1/clock')).json()).toEqual({ kind: 'recording', now: noon });
});

test('lists lots and arrivals', async () => {
  const { lots } = (await (await get('/v1/lots')).json()) as { lots: { key: string; free: number }[] };
  expect(lots.find(({ key }) => key === 'lots/bai-truoc')).toMatchObject({ name: 'Bãi đỗ xe Bãi Trước', free: 37 });
  expect(await (await get('/v1/lots/bai-truoc')).json()).toMatchObject({
    now: noon,
    lot: { key: 'lots/bai-truoc', name: 'Bãi đỗ xe Bãi Trước', capacity: 120 },
  });
  const at = (seconds: number) => new Date(noon + seconds * 1000);
  gateway.behind.arrivals = {
    arrivals: [
      {
        trip: { tripId: 't', startDate: '20261124', routeId: 'R01' },
        vehicleId: bus.id,
        prediction: {
          stopId: 'VT05',
          stopSequence: 5,
          scheduledArrivalTime: at(60),
          predictedArrivalTime: at(90),
        },
        observedTime: at(-5),
      },
    ],
  };
  expect(await (await get('/v1/stops/vung-tau/VT05/arrivals')).json()).toEqual({
    now: noon,
    arrivals: [
      {
        tripId: 't',
        startDate: '20261124',
        routeId: 'R01',
        vehicleId: bus.id,
        observedAt: noon - 5_000,
        stopId: 'VT05',
        stopSequence: 5,
        scheduledAt: noon + 60_000,
        predictedAt: noon + 90_000,
      },
    ],
  });
});

test('refusals of services come as problems', async () => {
  const answer = await get('/v1/stops/elsewhere/VT05/arrivals');
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await answer.json()).toMatchObject({ status: 404, reason: 'FEED_UNKNOWN', domain: 'transit.giaolo' });
  expect(await (await get('/v1/lots/none')).json()).toMatchObject({ status: 404, reason: 'LOT_UNKNOWN' });
});

test('serves the page to everybody, with a strict policy, and its assets for ever', async () => {
  const get = (path: string) => fetch(`${gateway.url}${path}`);
  const page = await get('/');
  expect(await page.text()).toContain('Giaolo');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|blob:|https?:/);
  const asset = await get('/assets/index-1a2b.js');
  expect(asset.headers.get('cache-control')).toContain('immutable');
  for (const path of ['/assets/none.js', '/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd', '/.built'])
    expect([path, (await get(path)).status]).toEqual([path, 404]);
});

test('answers only by a loopback name', async () => {
  // fetch writes the host of the address, whatever it is told.
  const { status } = await new Promise<{ status: number | undefined }>((resolve, reject) => {
    request(`${gateway.url}/v1/clock`, { headers: { host: 'city.example' } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode });
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});
