import { fold } from '@giaolo/chassis/decide';
import { specFor } from '@giaolo/chassis/testing/spec';
import { expect, test } from '@jest/globals';
import { closed, counted, opened, registered, reserved } from '../../test/builders.ts';
import { followRegistry, type RegisteredLot } from './follow-registry.ts';
import { evolve, type LotEvent } from './lot.ts';

const lot = specFor(evolve);
const asset = (event: LotEvent, retired = false): RegisteredLot => {
  const { type: _, ...details } = event as LotEvent & { type: 'LotRegistered' };
  return { ...details, retired };
};
const another = { unit: { code: '90', validFrom: '2025-07-01' } };

test('a lot that is registered opens, and one that was retired before it was heard of stays closed', () => {
  lot()
    .when(followRegistry, asset(registered(1, 5)))
    .then(registered(1, 5));
  lot()
    .when(followRegistry, asset(registered(2, 5), true))
    .then(registered(2, 5), closed);
  lot(registered(2, 5), closed)
    .when(followRegistry, asset(registered(1, 5)))
    .then();
});

test('a change of the registry is taken over once, and an older one not at all', () => {
  lot(registered(1, 5))
    .when(followRegistry, asset(registered(2, 7)))
    .then(registered(2, 7));
  lot(registered(2, 7))
    .when(followRegistry, asset(registered(2, 7)))
    .then();
  lot(registered(2, 7))
    .when(followRegistry, asset(registered(1, 5)))
    .then();
});

test('a change that does not concern parking is known all the same, so that an older one that comes again is not taken', () => {
  lot(registered(1, 5))
    .when(followRegistry, asset(registered(3, 5)))
    .then(registered(3, 5));
  lot(registered(1, 5), registered(3, 5))
    .when(followRegistry, asset(registered(2, 7)))
    .then();
});

test('a lot goes with its asset to another unit, and stays open or closed as it is', () => {
  lot(registered(1, 5), closed)
    .when(followRegistry, asset(registered(2, 5, another)))
    .then(registered(2, 5, another));
  const moved = fold(evolve, [registered(1, 5), closed, registered(2, 5, another)]);
  expect(moved).toMatchObject({ status: 'closed', unit: another.unit });
});

test('a lot that an operator opened before is taken over with what is known of it', () => {
  const history = [opened(5), counted(2, 7), reserved('a'), registered(1, 9)];
  expect(fold(evolve, history)).toMatchObject({ capacity: 9, occupied: 2, held: 1, status: 'open', revision: 1 });
});

test('a lot that is retired closes', () => {
  lot(registered(1, 5))
    .when(followRegistry, asset(registered(2, 5), true))
    .then(registered(2, 5), closed);
  lot(registered(1, 5), closed)
    .when(followRegistry, asset(registered(2, 5), true))
    .then(registered(2, 5));
});
