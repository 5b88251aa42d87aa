import { expect, test } from '@jest/globals';
import { contended, overloaded, refusals, requestInvalid, ServiceError, slowReader } from './errors.ts';
import { errorFrom, statusOf } from './grpc/status.ts';
import { problemOf } from './problem.ts';

const refused = refusals<'LOT_FULL' | 'LOT_UNKNOWN'>('parking.giaolo', {
  LOT_FULL: { code: 'RESOURCE_EXHAUSTED', vi: 'Bãi xe đã đầy.', en: 'The car park is full.', retryAfterMs: 1_500 },
  LOT_UNKNOWN: { code: 'NOT_FOUND', vi: 'Không có bãi xe này.', en: 'There is no such car park.' },
});

test.each([
  ['a refusal', refused('LOT_FULL', { lot: 'lots/a' })],
  ['violations', requestInvalid([{ field: 'lot', description: 'is empty' }])],
  ['a wait', overloaded('the queue is full', 250)],
])('%s survives the gRPC wire', (_, error) => {
  const read = errorFrom(statusOf(error));
  for (const part of ['code', 'reason', 'domain', 'message', 'metadata', 'retryAfterMs', 'localized'] as const)
    expect(read[part]).toEqual(error[part]);
  expect(read.violations).toMatchObject(error.violations);
  expect(read.transient).toBe(error.transient);
});

test('at most 20 violations travel', () => {
  const many = Array.from({ length: 50 }, (_, at) => ({ field: `f${at}`, description: 'is wrong' }));
  expect(errorFrom(statusOf(requestInvalid(many))).violations).toHaveLength(20);
});

test('texts that a caller chose do not grow the answer without end, and are cut between characters', () => {
  const long = '𝒽'.repeat(100_000);
  const violations = Array.from({ length: 50 }, () => ({ field: long, description: long }));
  const error = new ServiceError('NOT_FOUND', 'LOT_UNKNOWN', `x${long}`, { metadata: { lot: `x${long}` }, violations });
  const status = statusOf(error);
  expect(encodeURI(status.details).length).toBeLessThan(16_000);
  const [details] = status.metadata.get('grpc-status-details-bin');
  expect((details as Buffer).length).toBeLessThan(48_000);
});

test('details that do not decode leave the code and the message', () => {
  const status = statusOf(contended());
  status.metadata.set('grpc-status-details-bin', Buffer.from([0xff, 0xff, 0xff]));
  expect(errorFrom(status)).toMatchObject({ code: 'ABORTED', reason: '', message: contended().message });
});

test('a problem says the same, in the language asked for', () => {
  expect(problemOf(refused('LOT_FULL', { lot: 'lots/a' }), 'vi')).toEqual({
    type: 'urn:giaolo:error:parking.giaolo:LOT_FULL',
    title: 'lot full',
    status: 429,
    detail: 'Bãi xe đã đầy.',
    reason: 'LOT_FULL',
    domain: 'parking.giaolo',
    metadata: { lot: 'lots/a' },
  });
  expect(problemOf(requestInvalid([{ field: 'lot', description: 'is empty' }]))).toMatchObject({
    status: 400,
    violations: [{ field: 'lot', description: 'is empty' }],
  });
});

test('what can pass by itself is transient', () => {
  expect([contended(), overloaded('full'), slowReader()].every(({ transient }) => transient)).toBe(true);
  expect(refused('LOT_UNKNOWN').transient).toBe(false);
  expect(new ServiceError('UNAVAILABLE', '', 'gone').transient).toBe(true);
});
