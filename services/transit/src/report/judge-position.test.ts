import { expect, test } from '@jest/globals';
import { judgePosition, type PositionRefusal, type ReportedPosition } from './judge-position.ts';

const now = Date.parse('2026-11-22T08:00:00Z');
const good: ReportedPosition = {
  vehicleId: '72B-001.23',
  observedAt: now - 5_000,
  latitude: 10.346,
  longitude: 107.084,
  bearing: undefined,
  speed: undefined,
};

test('takes a good position, also of a vehicle that was seen before', () => {
  expect(judgePosition(good, now, undefined)).toBeUndefined();
  expect(judgePosition({ ...good, bearing: 0, speed: 0 }, now, now - 6_000)).toBeUndefined();
});

test.each<[PositionRefusal, Partial<ReportedPosition>]>([
  ['INVALID', { vehicleId: '' }],
  ['INVALID', { vehicleId: 'a/b' }],
  ['INVALID', { vehicleId: 'x'.repeat(65) }],
  ['INVALID', { observedAt: undefined }],
  ['INVALID', { latitude: Number.NaN }],
  ['INVALID', { latitude: 91 }],
  ['INVALID', { longitude: -181 }],
  ['INVALID', { bearing: 361 }],
  ['INVALID', { speed: -1 }],
  ['NO_FIX', { latitude: 0, longitude: 0 }],
  ['IN_FUTURE', { observedAt: now + 61_000 }],
  ['TOO_OLD', { observedAt: now - 3_601_000 }],
])('refuses as %s: %j', (refusal, change) => {
  expect(judgePosition({ ...good, ...change }, now, undefined)).toBe(refusal);
});

test('refuses what is not newer than the last of the vehicle', () => {
  expect(judgePosition(good, now, now - 5_000)).toBe('OUT_OF_ORDER');
});
