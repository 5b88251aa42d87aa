import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lot, network, onTrip } from '../testing/samples.ts';
import { fold, search } from './search.ts';

const city = {
  network,
  vehicles: [onTrip('72B-017.34', 0), onTrip('72B-020.11', 0)],
  lots: [lot('cho', { name: 'Bãi đỗ xe Chợ' })],
  routeName: () => '04',
};
const titles = (query: string) => search(query, city).map(({ title }) => title);

test('folds Vietnamese', () => expect(fold('Đường Thùy Vân, Chợ Bến')).toBe('duong thuy van, cho ben'));

test.each([
  ['duong', ['Đường Thùy Vân']],
  ['thuy van', ['Đường Thùy Vân']],
  ['Chợ', ['Chợ Vũng Tàu', 'Bãi đỗ xe Chợ']],
  ['vung', ['Bến xe Vũng Tàu', 'Chợ Vũng Tàu']],
  ['72b-020', ['72B-020.11']],
  ['04', ['72B-017.34', '72B-020.11']],
  ['ung', []],
  ['   ', []],
])('"%s" finds %j', (query, found) => expect(titles(query)).toEqual(found));

test('takes any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (query) => expect(titles(query).length).toBeLessThan(13)));
});
