import { specFor } from '@giaolo/chassis/testing/spec';
import { test } from '@jest/globals';
import { closed, counted, expired, min, opened, openedWithBays, reserved, seen } from '../../test/builders.ts';
import { evolve, type LotEvent } from './lot.ts';
import { type ReserveRefusal, type ReserveSpace, reserveSpace } from './reserve-space.ts';

const lot = specFor(evolve);
const ask = (reservationId: string, arriveBy = min(10)): ReserveSpace => ({
  reservationId,
  holder: 'user:an',
  arriveBy,
});

test('keeps the last free space', () => {
  lot(opened(3), counted(1), reserved('a')).when(reserveSpace, ask('b')).then(reserved('b'));
});

test('the same ask twice holds one space', () => {
  lot(opened(2), reserved('a')).when(reserveSpace, ask('a')).then();
});

test('a hold that has ended keeps nobody out, swept or not', () => {
  lot(opened(1), reserved('a', min(1)))
    .when(reserveSpace, ask('b', min(12)), min(1))
    .then(expired('a'), reserved('b', min(12)));
});

test('ends all that is due, the earliest first, each telling what stands next', () => {
  lot(opened(3), reserved('a', min(2)), reserved('b', min(1)), reserved('c', min(9)))
    .when(reserveSpace, ask('d', min(12)), min(3))
    .then(expired('b', min(2)), expired('a', min(9)), reserved('d', min(12)));
});

test('a reservation that ran out may be asked for again by its id', () => {
  lot(opened(1), reserved('a', min(1)))
    .when(reserveSpace, ask('a', min(5)), min(2))
    .then(expired('a'), reserved('a', min(5)));
});

test('a bay seen free can be sold, one never seen cannot', () => {
  lot(openedWithBays('1', '2'), seen('1', false)).when(reserveSpace, ask('a')).then(reserved('a'));
  lot(openedWithBays('1', '2'), seen('1', false), reserved('a')).when(reserveSpace, ask('b')).thenRefuses('LOT_FULL');
});

test('keeps a space for exactly 30 minutes', () => {
  lot(opened(1))
    .when(reserveSpace, ask('a', min(30)))
    .then(reserved('a', min(30)));
});

test.each<[ReserveRefusal, LotEvent[], ReserveSpace]>([
  ['LOT_UNKNOWN', [], ask('b')],
  ['LOT_CLOSED', [opened(1), closed], ask('b')],
  ['LOT_FULL', [opened(1), reserved('a')], ask('b')],
  ['LOT_FULL', [opened(2), counted(1), reserved('a')], ask('b')],
  ['LOT_FULL', [opened(2), counted(7)], ask('b')],
  ['LOT_FULL', [openedWithBays('1')], ask('b')],
  ['HOLD_TOO_LONG', [opened(1)], ask('b', min(30) + 1)],
  ['ARRIVAL_PASSED', [opened(1)], ask('b', 0)],
])('refuses: %s (%#)', (refusal, history, command) => {
  lot(...history)
    .when(reserveSpace, command)
    .thenRefuses(refusal);
});
