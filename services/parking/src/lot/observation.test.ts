import { specFor } from '@giaolo/chassis/testing/spec';
import { test } from '@jest/globals';
import { closed, counted, min, opened, openedWithBays, reserved, seen } from '../../test/builders.ts';
import { countOccupancy } from './count-occupancy.ts';
import { evolve, type LotEvent } from './lot.ts';
import type { ObservationRefusal } from './observation.ts';
import { observeBay } from './observe-bay.ts';

const lot = specFor(evolve);
const count = (occupied: number, observedAt = 0) => ({ occupied, observedAt });
const sight = (bayId: string, occupied: boolean, observedAt = 0) => ({ bayId, occupied, observedAt });

test('a count is the truth, above what is reserved and above the capacity too', () => {
  lot(opened(2), reserved('a'), reserved('b')).when(countOccupancy, count(5)).then(counted(5));
});

test('a closed lot is still observed', () => {
  lot(opened(2), closed).when(countOccupancy, count(1)).then(counted(1));
});

test('a count not newer than the last changes nothing', () => {
  lot(opened(2), counted(1, min(5)))
    .when(countOccupancy, count(2, min(5)), min(6))
    .then();
  lot(opened(2), counted(1, min(5)))
    .when(countOccupancy, count(2, min(4)), min(6))
    .then();
});

test('an equal count that is newer makes what is known younger', () => {
  lot(opened(2), counted(1, min(5)))
    .when(countOccupancy, count(1, min(6)), min(6))
    .then(counted(1, min(6)));
});

test('each bay has its own newest sight', () => {
  const history = [openedWithBays('1', '2'), seen('1', true, min(5))];
  lot(...history)
    .when(observeBay, sight('2', false, min(4)), min(6))
    .then(seen('2', false, min(4)));
  lot(...history)
    .when(observeBay, sight('1', false, min(5)), min(6))
    .then();
});

test.each<[ObservationRefusal, LotEvent[], number]>([
  ['LOT_UNKNOWN', [], 0],
  ['NOT_MEASURED_SO', [openedWithBays('1')], 0],
  ['IN_FUTURE', [opened(2)], min(1) + 1],
])('refuses a count: %s', (refusal, history, observedAt) => {
  lot(...history)
    .when(countOccupancy, count(1, observedAt))
    .thenRefuses(refusal);
});

test.each<[ObservationRefusal, LotEvent[], number]>([
  ['LOT_UNKNOWN', [], 0],
  ['NOT_MEASURED_SO', [opened(2)], 0],
  ['NOT_MEASURED_SO', [openedWithBays('2')], 0],
  ['IN_FUTURE', [openedWithBays('1')], min(1) + 1],
])('refuses a sight of a bay: %s (%#)', (refusal, history, observedAt) => {
  lot(...history)
    .when(observeBay, sight('1', true, observedAt))
    .thenRefuses(refusal);
});
