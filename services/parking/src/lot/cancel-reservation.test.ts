import { specFor } from '@giaolo/chassis/testing/spec';
import { test } from '@jest/globals';
import { cancelled, closed, min, opened, reserved } from '../../test/builders.ts';
import { type CancelRefusal, type CancelReservation, cancelReservation } from './cancel-reservation.ts';
import { evolve, type LotEvent } from './lot.ts';

const lot = specFor(evolve);
const cancel = (reservationId: string, by = 'user:an', byOperator = false): CancelReservation => ({
  reservationId,
  by,
  byOperator,
});

test('the holder gives the space back', () => {
  lot(opened(1), reserved('a')).when(cancelReservation, cancel('a')).then(cancelled('a'));
});

test('an operator takes it back', () => {
  lot(opened(1), reserved('a'))
    .when(cancelReservation, cancel('a', 'user:binh', true))
    .then(cancelled('a'));
});

test('also when the lot has closed', () => {
  lot(opened(1), reserved('a'), closed).when(cancelReservation, cancel('a')).then(cancelled('a'));
});

test('tells the earliest end of those that stand after it', () => {
  const history = [opened(3), reserved('a', min(5)), reserved('b', min(3)), reserved('c', min(4))];
  lot(...history)
    .when(cancelReservation, cancel('b'))
    .then(cancelled('b', min(4)));
  lot(...history)
    .when(cancelReservation, cancel('a'))
    .then(cancelled('a', min(3)));
});

test.each<[CancelRefusal, LotEvent[], CancelReservation, number]>([
  ['LOT_UNKNOWN', [], cancel('a'), 0],
  ['RESERVATION_UNKNOWN', [opened(1)], cancel('a'), 0],
  ['RESERVATION_UNKNOWN', [opened(1), reserved('a', min(1))], cancel('a'), min(1)],
  ['RESERVATION_UNKNOWN', [opened(1), reserved('a'), cancelled('a')], cancel('a'), 0],
  ['NOT_HOLDER', [opened(1), reserved('a')], cancel('a', 'user:binh'), 0],
])('refuses: %s (%#)', (refusal, history, command, now) => {
  lot(...history)
    .when(cancelReservation, command, now)
    .thenRefuses(refusal);
});
