import { specFor } from '@giaolo/chassis/testing/spec';
import { expect, test } from '@jest/globals';
import { country, kindAndName } from './country.ts';
import { registerUnit } from './register-unit.ts';
import { matches, searchKey } from './search.ts';
import { evolve, type UnitEvent } from './unit.ts';

const unit = specFor(evolve);
const registered: UnitEvent = { type: 'UnitRegistered', record: country };

test('a unit is registered once, and changed where it differs', () => {
  unit().when(registerUnit, country).then(registered);
  unit(registered).when(registerUnit, country).then();
  const record = { ...country, englishName: 'Vietnam' };
  unit(registered).when(registerUnit, record).then({ type: 'UnitChanged', record });
});

test('kinds are told from names, however they are written', () => {
  expect(kindAndName('Thành Phố Bắc Kạn')).toEqual({ kind: 'thành phố', displayName: 'Thành phố Bắc Kạn' });
  expect(kindAndName('xã Tân Ân')).toEqual({ kind: 'xã', displayName: 'Xã Tân Ân' });
  expect(kindAndName('Quận 1')).toEqual({ kind: 'quận', displayName: 'Quận 1' });
  expect(kindAndName('Xãm Nứa')).toEqual({ kind: '', displayName: 'Xãm Nứa' });
});

test.each([
  ['vung tau', 'Phường Vũng Tàu', true],
  ['VŨNG', 'Phường Vũng Tàu', true],
  ['tàu vũ', 'Phường Vũng Tàu', true],
  ['ung tau', 'Phường Vũng Tàu', false],
  // Both ways to place the mark, composed and decomposed.
  ['hoà bình', 'Tỉnh Hòa Bình', true],
  ['hòa bình'.normalize('NFD'), 'Tỉnh Hoà Bình', true],
  ['da nang', 'Thành phố Đà Nẵng', true],
  ['ba ria vung', 'Tỉnh Bà Rịa - Vũng Tàu', true],
])('"%s" finds %s: %s', (query, name, found) => {
  expect(matches(searchKey(query), searchKey(name))).toBe(found);
});
