import { expect, test } from '@jest/globals';
import { idempotencyOf } from './contracts.ts';

test.each([
  ['GetLot', 'no side effects'],
  ['OpenLot', 'idempotent'],
  ['ReportOccupancy', 'none'],
  ['PaintLot', 'none'],
])('what the contract promises about calling %s twice: %s', (method, promise) => {
  expect(idempotencyOf(`/giaolo.parking.v1.ParkingService/${method}`)).toBe(promise);
});
