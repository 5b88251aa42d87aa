import { FixedClock } from '@giaolo/chassis/testing/fixed-clock';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { elsewhere, person } from './people.ts';
import { type RunningGateway, runGateway } from './running-gateway.ts';

const an = person('driver');
const arriveByTime = '2026-11-24T05:10:00.000Z';

let gateway: RunningGateway;
let bearer: string;

beforeAll(async () => {
  gateway = await runGateway(new FixedClock('2026-11-24T05:00:00Z'));
  bearer = `Bearer ${await gateway.token(an)}`;
});
afterAll(() => gateway.end());

const reserve = (lot: string, headers: Record<string, string>, body: unknown = { arriveByTime }) =>
  fetch(`${gateway.url}/v1/lots/${lot}/reservations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

test('reserves in the name of the caller, under the key as request id', async () => {
  const answer = await reserve('bai-truoc', { authorization: bearer, 'idempotency-key': '"key-1"' });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('location')).toBe('/v1/lots/bai-truoc/reservations/r1');
  expect(await answer.json()).toEqual({ name: 'lots/bai-truoc/reservations/r1', arriveByTime });
  const [asked] = gateway.behind.reserved;
  expect(asked?.request).toEqual({
    requestId: 'key-1',
    lot: 'lots/bai-truoc',
    arriveByTime: new Date(arriveByTime),
  });
  expect(asked?.principal).toEqual(an);
});

test('cancels in the name of the caller', async () => {
  const answer = await fetch(`${gateway.url}/v1/lots/bai-truoc/reservations/r1`, {
    method: 'DELETE',
    headers: { authorization: bearer, 'idempotency-key': 'key-2' },
  });
  expect(answer.status).toBe(204);
  expect(gateway.behind.cancelled).toEqual([{ name: 'lots/bai-truoc/reservations/r1', principal: an }]);
});

test("what a service refuses by the caller's own token is refused", async () => {
  const authorization = `Bearer ${await gateway.token(person('driver', elsewhere))}`;
  const cancel = await fetch(`${gateway.url}/v1/lots/bai-truoc/reservations/r1`, {
    method: 'DELETE',
    headers: { authorization, 'idempotency-key': 'k' },
  });
  for (const answer of [cancel, await reserve('bai-truoc', { authorization, 'idempotency-key': 'k' })])
    expect(await answer.json()).toMatchObject({
      status: 403,
      reason: 'UNIT_FOREIGN',
      metadata: { unit: '77/2025-07-01' },
    });
  expect([gateway.behind.reserved.length, gateway.behind.cancelled.length]).toEqual([1, 1]);
});

test.each<[string, string, () => Record<string, string>, unknown, number, string]>([
  ['nobody', 'a', () => ({ 'idempotency-key': 'k' }), undefined, 401, 'PRINCIPAL_MISSING'],
  [
    'a bad token',
    'a',
    () => ({ authorization: 'Bearer x', 'idempotency-key': 'k' }),
    undefined,
    401,
    'PRINCIPAL_INVALID',
  ],
  ['no key', 'a', () => ({ authorization: bearer }), undefined, 400, 'REQUEST_INVALID'],
  ['no time', 'a', () => ({ authorization: bearer, 'idempotency-key': 'k' }), {}, 400, 'REQUEST_INVALID'],
  ['no JSON', 'a', () => ({ authorization: bearer, 'idempotency-key': 'k' }), '{"arr', 400, 'REQUEST_INVALID'],
  ['a full lot', 'full', () => ({ authorization: bearer, 'idempotency-key': 'k' }), undefined, 429, 'LOT_FULL'],
])('refuses %s', async (_, lot, headers, body, status, reason) => {
  const answer = await reserve(lot, headers(), body);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await answer.json()).toMatchObject({ status, reason });
});

test('refuses in the language of the caller', async () => {
  const answer = await reserve('full', { authorization: bearer, 'idempotency-key': 'k', 'accept-language': 'vi' });
  expect(await answer.json()).toMatchObject({ detail: 'Bãi đã hết chỗ.' });
});
