import { expect, test } from '@jest/globals';
import { Findings } from '../file/findings.ts';
import { country, countryKey } from './country.ts';
import { judgeUnits } from './judge-units.ts';
import { keyOf, type UnitRecord } from './unit.ts';

const key = (code: string, validFrom = '2025-07-01') => ({ code, validFrom });
const unit = (code: string, changed: Partial<UnitRecord> = {}): UnitRecord => ({
  ...key(code),
  validTo: '',
  level: 'province',
  kind: 'tỉnh',
  displayName: code,
  englishName: '',
  parent: countryKey,
  successors: [],
  ...changed,
});
const old = (code: string, changed: Partial<UnitRecord> = {}) =>
  unit(code, { validFrom: '1991-01-01', validTo: '2025-07-01', ...changed });

/** Findings as `line code`; the units of the file stand on lines 2, 3, ... */
function judged(file: UnitRecord[], registered: UnitRecord[] = [country]): string[] {
  const findings = new Findings();
  const known = {
    get: (of: { code: string; validFrom: string }) => registered.find((record) => keyOf(record) === keyOf(of)),
    ofCode: (code: string) => registered.filter((record) => record.code === code),
  };
  judgeUnits(
    file.map((record, i) => ({ line: i + 2, record })),
    known,
    findings,
  );
  return findings.toArray().map(({ line, code }) => `${line} ${code}`);
}

test('a tree that stands on every day has no findings, whether its parts are in the file or registered', () => {
  const file = [
    country,
    unit('79'),
    old('77', { successors: [key('79')] }),
    old('747', { level: 'district', parent: key('77', '1991-01-01') }),
    old('79'),
  ];
  expect(judged(file, [])).toEqual([]);
  expect(judged(file.slice(3), file.slice(0, 3))).toEqual([]);
});

test.each<[string, UnitRecord[], string[]]>([
  ['twice', [unit('1'), unit('1')], ['3 DUPLICATE']],
  ['ends before it begins', [unit('1', { validTo: '2025-07-01' })], ['2 ENDS_TOO_EARLY']],
  ['without a parent', [unit('1', { parent: null })], ['2 PARENT_MISSING']],
  ['a parent that nobody knows', [unit('1', { parent: key('2') })], ['2 PARENT_UNKNOWN']],
  [
    'a parent that begins later',
    [old('1', { level: 'commune', parent: key('2') }), unit('2')],
    ['2 PARENT_NOT_IN_FORCE'],
  ],
  ['a parent of its own level', [unit('1'), unit('2', { parent: key('1') })], ['3 LEVEL_NOT_BELOW']],
  ['below itself', [unit('1', { parent: key('2') }), unit('2', { parent: key('1') })], ['2 CYCLE', '3 CYCLE']],
  ['in force twice', [old('1', { validTo: '2025-07-02' }), unit('1')], ['2 OVERLAP']],
  ['without an end before the next', [old('1', { validTo: '' }), unit('1')], ['2 OVERLAP']],
  ['succeeded while it stands', [unit('1', { successors: [key('2')] }), unit('2')], ['2 NOT_ENDED']],
  ['succeeded by nobody known', [old('1', { successors: [key('2')] })], ['2 SUCCESSOR_UNKNOWN']],
  [
    'succeeded by one that has ended too',
    [old('1', { successors: [key('2', '1991-01-01')] }), old('2')],
    ['2 SUCCESSOR_NOT_IN_FORCE'],
  ],
  [
    'outlives its parent',
    [old('1'), old('2', { validTo: '', level: 'commune', parent: key('1', '1991-01-01') })],
    ['3 OUTLIVES_PARENT'],
  ],
])('finds a unit that is %s', (_, file, findings) => {
  expect(judged(file)).toEqual(findings);
});

test('a code that is registered may not be given again while it is in force', () => {
  expect(judged([unit('1')], [country, old('1', { validTo: '' })])).toEqual(['2 OVERLAP']);
  // Unless the file ends it.
  expect(judged([unit('1'), old('1')], [country, old('1', { validTo: '' })])).toEqual([]);
});
