import { fold } from '@giaolo/chassis/decide';
import { specFor } from '@giaolo/chassis/testing/spec';
import { expect, test } from '@jest/globals';
import { closed, counted, min, opened, openedWithBays, reserved, seen } from '../../test/builders.ts';
import { availabilityOf } from './availability.ts';
import { closeLot } from './close-lot.ts';
import { evolve, type KnownLot, type LotEvent } from './lot.ts';
import { type OpenLot, openLot } from './open-lot.ts';

const lot = specFor(evolve);
const as = (event: LotEvent): OpenLot => {
  const { type: _, ...details } = event as LotEvent & { type: 'LotOpened' };
  return details;
};
const spaces = (...history: LotEvent[]) => availabilityOf(fold(evolve, history) as KnownLot, 0);

test('a lot enters service', () => {
  lot()
    .when(openLot, as(opened(5)))
    .then(opened(5));
  lot()
    .when(openLot, as(openedWithBays('1', '2')))
    .then(openedWithBays('1', '2'));
});

test('opening an open lot as it is changes nothing', () => {
  lot(opened(5))
    .when(openLot, as(opened(5)))
    .then();
  lot(openedWithBays('1', '2'))
    .when(openLot, as(openedWithBays('2', '1')))
    .then();
});

test('an open lot may change its name and size, not how it is measured', () => {
  lot(opened(5))
    .when(openLot, as(opened(4, { displayName: 'Bãi xe Trần Phú' })))
    .then(opened(4, { displayName: 'Bãi xe Trần Phú' }));
  lot(opened(5))
    .when(openLot, as(openedWithBays('1')))
    .thenRefuses('LOT_DIFFERS');
  lot(openedWithBays('1', '2'))
    .when(openLot, as(openedWithBays('1', '3')))
    .thenRefuses('LOT_DIFFERS');
  lot(openedWithBays('1', '2'))
    .when(openLot, as(openedWithBays('1')))
    .thenRefuses('LOT_DIFFERS');
  lot(openedWithBays('1', '2'))
    .when(openLot, as(opened(2)))
    .thenRefuses('LOT_DIFFERS');
});

test('a closed lot opens again in any way', () => {
  lot(opened(5), closed)
    .when(openLot, as(openedWithBays('1')))
    .then(openedWithBays('1'));
});

test('opening again keeps reservations, the count, and what was seen of the bays that stay', () => {
  expect(spaces(opened(5), counted(2, 7), reserved('a'), closed, opened(9))).toEqual({
    capacity: 9,
    occupied: 2,
    reserved: 1,
    free: 6,
    observedAt: 7,
  });
  const bays = [openedWithBays('1', '2', '3'), seen('1', false, 7), seen('2', false, 8), closed];
  expect(spaces(...bays, openedWithBays('1', '4'))).toMatchObject({ occupied: 1, free: 1, observedAt: 7 });
});

test('a lot stays with the unit that opened it first', () => {
  const history = [opened(5), closed, opened(5, { unit: { code: '78', validFrom: '2025-07-01' } })];
  expect(fold(evolve, history)).toHaveProperty('unit.code', '77');
});

test('a lot that is measured in another way was never observed in that way', () => {
  expect(spaces(opened(2), counted(1, 7), closed, openedWithBays('1', '2'))).toEqual({
    capacity: 2,
    occupied: 2,
    reserved: 0,
    free: 0,
    observedAt: undefined,
  });
  expect(fold(evolve, [openedWithBays('1'), seen('1', false, 7), closed, opened(2)])).not.toHaveProperty('bay:1');
});

test('a lot leaves service once', () => {
  lot(opened(5)).when(closeLot, null).then(closed);
  lot(opened(5), closed).when(closeLot, null).then();
  lot().when(closeLot, null).thenRefuses('LOT_UNKNOWN');
});

test('a hold that ended without being swept is not shown as reserved', () => {
  const state = fold(evolve, [opened(5), reserved('a', min(1)), reserved('b', min(2))]) as KnownLot;
  expect(availabilityOf(state, min(1))).toMatchObject({ reserved: 1, free: 4 });
});
