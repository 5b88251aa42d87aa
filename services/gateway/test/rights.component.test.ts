import type { Route } from '@giaolo/chassis/http-route';
import { COUNTRY, type Principal, type Role, roles, type Unit } from '@giaolo/chassis/principal';
import { FixedClock } from '@giaolo/chassis/testing/fixed-clock';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { here } from './city.ts';
import { EventReader } from './event-reader.ts';
import { elsewhere, person } from './people.ts';
import { found, marksIn, moved, provinces, reports, stray } from './provinces.ts';
import { nameOf, samples } from './route-samples.ts';
import { type RunningGateway, runGateway } from './running-gateway.ts';

const noon = Date.parse('2026-11-24T05:00:00Z');
const [ours, theirs] = provinces;

let gateway: RunningGateway;
const readers: EventReader[] = [];

beforeAll(async () => {
  gateway = await runGateway(new FixedClock(noon));
  found(gateway.behind);
  await say(...reports(noon));
});
afterAll(async () => {
  for (const reader of readers) reader.close();
  await gateway.end();
});

async function say(...records: Parameters<RunningGateway['bus']['publisher']['send']>[0][number][]): Promise<void> {
  await gateway.bus.publisher.send(records);
  await gateway.bus.settled();
}

async function listen(who: Principal, lifetimeMs?: number): Promise<EventReader> {
  const authorization = `Bearer ${await gateway.token(who, lifetimeMs)}`;
  const reader = await EventReader.open(`${gateway.url}/v1/live`, { authorization });
  readers.push(reader);
  return reader;
}

const accessOf = ({ access }: Route): string => (typeof access === 'string' ? access : access.roles.join(' '));
const guarded = () => gateway.routes.filter(({ access }) => access !== 'public');

/** Asks as the sample says, about the things of a province; of an event stream the beginning is read. */
async function ask(who: Principal | undefined, route: Route, mark: string) {
  const sample = samples[nameOf(route)];
  if (!sample) throw new Error(`${nameOf(route)} has no sample`);
  const { path, headers = {}, body } = sample;
  const answer = await gateway.ask(who, path(mark), {
    method: route.method,
    headers: { connection: 'close', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const isStream = answer.headers.get('content-type') === 'text/event-stream';
  const text = isStream ? await firstEvent(answer) : await answer.text();
  const reason = answer.ok ? undefined : (JSON.parse(text) as { reason: string }).reason;
  return { sample, status: answer.status, reason, text };
}

async function firstEvent({ body }: Response): Promise<string> {
  let text = '';
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  while (!/^data: .*\n\n/m.test(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

test('who may ask what', () => {
  expect(gateway.routes.map((route) => [nameOf(route), accessOf(route)])).toEqual([
    ['POST /v1/session', 'public'],
    ['GET /v1/session', 'anyone'],
    ['DELETE /v1/session', 'public'],
    ['GET /v1/live', 'viewer operator driver registrar'],
    ['GET /v1/network', 'viewer operator driver registrar'],
    ['GET /v1/clock', 'anyone'],
    ['GET /v1/lots', 'viewer operator driver registrar'],
    ['GET /v1/lots/:lot', 'viewer operator driver registrar'],
    ['GET /v1/stops/:feed/:stop/arrivals', 'viewer operator driver registrar'],
    ['POST /v1/lots/:lot/reservations', 'driver operator'],
    ['DELETE /v1/lots/:lot/reservations/:reservation', 'driver operator'],
    ['GET /', 'public'],
    ['GET /assets/:file', 'public'],
  ]);
});

test('every route that is not public has a sample', () => {
  expect(Object.keys(samples).sort()).toEqual(guarded().map(nameOf).sort());
});

test('nobody gets nothing', async () => {
  for (const route of guarded())
    expect([nameOf(route), await ask(undefined, route, ours.mark)]).toMatchObject([
      nameOf(route),
      { status: 401, reason: 'PRINCIPAL_MISSING' },
    ]);
});

const places: [string, Unit][] = [
  ['the own province', here],
  ['another province', elsewhere],
  ['the country', COUNTRY],
];
const cells = roles.flatMap((role) => places.map(([where, unit]): [Role, string, Unit] => [role, where, unit]));

test.each(cells)('%s at %s: every route', async (role, _, unit) => {
  for (const route of guarded()) {
    const { sample, status, reason, text } = await ask(person(role, unit), route, ours.mark);
    const got = { route: nameOf(route), status, reason };
    const hasRole = route.access === 'anyone' || accessOf(route).split(' ').includes(role);
    const isForeign = sample.about === 'one' && unit === elsewhere;
    if (!hasRole) expect(got).toEqual({ ...got, status: 403, reason: 'ROLE_MISSING' });
    else if (isForeign) expect(got).toEqual({ ...got, status: 403, reason: 'UNIT_FOREIGN' });
    else expect(got).toEqual({ ...got, status: sample.status, reason: undefined });
    if (!hasRole || isForeign) expect(text).not.toMatch(/Bãi|xe buýt/i);
    else if (sample.about === 'all')
      expect(
        [got.route, ...marksIn(text)].filter((mark) => got.route !== 'GET /v1/network' || mark !== stray.mark),
      ).toEqual([
        got.route,
        ...(unit === elsewhere ? [] : [ours.mark]),
        ...(unit === here ? [] : [theirs.mark]),
        ...(unit === COUNTRY && got.route !== 'GET /v1/network' ? [stray.mark] : []),
      ]);
  }
});

test("snapshots and changes hold what is one's own", async () => {
  const [an, binh, chi] = await Promise.all([
    listen(person('operator', here)),
    listen(person('viewer', elsewhere)),
    listen(person('viewer', COUNTRY)),
  ]);
  const own = async (page: EventReader, event: string) => {
    const { data } = await page.next(event);
    const lists = ['vehicles', 'predictions', 'lots'].map((list) => data[list]);
    return lists.map((list) => marksIn(JSON.stringify(list ?? [])));
  };
  expect(await own(an, 'snapshot')).toEqual([[ours.mark], [ours.mark], [ours.mark]]);
  expect(await own(binh, 'snapshot')).toEqual([[theirs.mark], [theirs.mark], [theirs.mark]]);
  const all = [ours.mark, theirs.mark, stray.mark];
  expect(await own(chi, 'snapshot')).toEqual([all, all, all]);
  await say(...moved(theirs, noon), ...moved(stray, noon), ...moved(ours, noon));
  expect(await own(an, 'changes')).toEqual([[ours.mark], [ours.mark], [ours.mark]]);
  expect(await own(binh, 'changes')).toEqual([[theirs.mark], [theirs.mark], [theirs.mark]]);
  expect(await own(chi, 'changes')).toEqual([all, all, all]);
});

test('the network of one province is no answer to the question of another', async () => {
  const read = (who: Principal, etag = '') =>
    gateway.ask(who, '/v1/network', { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } });
  const mine = await read(person('viewer', here));
  const etag = mine.headers.get('etag') ?? '';
  expect(marksIn(await mine.text())).toEqual([ours.mark]);
  expect(mine.headers.get('cache-control')).toContain('private');
  expect((await read(person('operator', here), etag)).status).toBe(304);
  const other = await read(person('viewer', elsewhere), etag);
  expect([other.status, marksIn(await other.text())]).toEqual([200, [theirs.mark]]);
});

test("a province that another was merged into sees what was that one's, at once", async () => {
  const former: Unit = { code: '64', validFrom: '2004-01-01' };
  gateway.tree.put({ unit: former, parent: COUNTRY, validTo: undefined, successors: [] });
  const merged = { unit: former, mark: 'vi-thanh' };
  const page = await listen(person('operator', elsewhere));
  await page.next('snapshot');
  await say(...moved(merged, noon), ...moved(theirs, noon));
  expect(JSON.stringify((await page.next('changes')).data)).not.toContain('vi-thanh');
  gateway.tree.put({ unit: former, parent: COUNTRY, validTo: '2025-07-01', successors: [elsewhere] });
  await say(...moved(merged, noon), ...moved(theirs, noon));
  expect(JSON.stringify((await page.next('snapshot')).data)).toContain('vi-thanh');
});

test('a stream ends with the token, and the session with it', async () => {
  // Tokens hold 30 s longer than they say.
  const page = await listen(person('viewer'), -25_000);
  await page.next('snapshot');
  expect((await page.next('session')).data).toEqual({ reason: 'PRINCIPAL_INVALID' });
  await expect(page.next('clock')).rejects.toThrow('the stream ended');
});

test('a reservation by the session of the page is one by whoever signed in, from the page alone', async () => {
  const who = person('driver');
  const signedIn = await gateway.ask(who, '/v1/session', { method: 'POST' });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const before = gateway.behind.reserved.length;
  const reserve = (headers: Record<string, string>) =>
    gateway.ask(undefined, `/v1/lots/${ours.mark}/reservations`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', 'idempotency-key': 'by-page', ...headers },
      body: JSON.stringify({ arriveByTime: '2026-11-24T05:10:00.000Z' }),
    });
  expect((await reserve({ origin: 'http://127.0.0.1:1' })).status).toBe(403);
  expect(gateway.behind.reserved.length).toBe(before);
  expect((await reserve({ origin: gateway.url })).status).toBe(201);
  expect(gateway.behind.reserved.at(-1)?.principal).toEqual(who);
});
