import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordingsFolder, testWithRecordings } from '@giaolo/chassis/testing/recordings';
import { UnitTree } from '@giaolo/chassis/units';
import { expect } from '@jest/globals';
import { mergers } from '../src/adapters/import-units.ts';
import { Findings } from '../src/file/findings.ts';
import type { Entry } from '../src/unit/entry.ts';
import { judgeUnits } from '../src/unit/judge-units.ts';
import { readCountry34 } from '../src/unit/read-country-34.ts';
import { readCountry63 } from '../src/unit/read-country-63.ts';
import { matches, searchKey } from '../src/unit/search.ts';
import { keyOf, type UnitRecord } from '../src/unit/unit.ts';

const REFORM = '2025-07-01';
const noon = (day: string) => Date.parse(`${day}T12:00:00+07:00`);

const read = (path: string) => JSON.parse(readFileSync(join(recordingsFolder, 'vietnam', path), 'utf8'));
const now34 = (findings: Findings) =>
  readCountry34(read('units-34/simplified_json_2026-07-25.json'), { validFrom: REFORM, validTo: '' }, findings);
const then63 = (findings: Findings) =>
  readCountry63(read('units-63/dvhcvn.json'), { validFrom: '', validTo: REFORM }, mergers(), findings);

function registered(entries: readonly Entry[]) {
  const byKey = new Map(entries.map(({ record }) => [keyOf(record), record]));
  const byCode = Map.groupBy(byKey.values(), ({ code }) => code);
  return { get: (unit: UnitRecord) => byKey.get(keyOf(unit)), ofCode: (code: string) => byCode.get(code) ?? [] };
}

const counts = (entries: readonly Entry[]) =>
  Object.fromEntries([...Map.groupBy(entries, ({ record }) => record.level)].map(([level, of]) => [level, of.length]));

testWithRecordings('the country of today and the one before are taken without a finding, one after the other', () => {
  const findings = new Findings();
  const today = now34(findings);
  judgeUnits(today, { get: () => undefined, ofCode: () => [] }, findings);
  expect(findings.toArray()).toEqual([]);
  expect(counts(today)).toEqual({ country: 1, province: 34, commune: 3_321 });

  const before = then63(findings);
  judgeUnits(before, registered(today) as never, findings);
  expect(findings.toArray()).toEqual([]);
  expect(counts(before)).toEqual({ country: 1, province: 63, district: 696, commune: 10_047 });
  expect(before.every(({ record }) => record.level === 'country' || record.validFrom === '2025-03-01')).toBe(true);
});

testWithRecordings('kinds and names are written in one way, and names are found in any', () => {
  const findings = new Findings();
  const records = [...now34(findings), ...then63(findings)].map(({ record }) => record);
  const kinds = new Set(records.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(
    ['huyện', 'nước', 'phường', 'quận', 'thành phố', 'thị trấn', 'thị xã', 'tỉnh', 'xã', 'đặc khu'].sort(),
  );
  const name = (code: string, validFrom: string) =>
    records.find((record) => record.code === code && record.validFrom === validFrom)?.displayName;
  expect(name('79', REFORM)).toBe('Thành phố Hồ Chí Minh');
  // The two sources place the mark of one province in two ways.
  const province = (record: UnitRecord) => record.level === 'province';
  const found = records
    .filter(province)
    .filter(({ displayName }) => matches(searchKey('khánh hòa'), searchKey(displayName)));
  expect(found.map(({ displayName }) => displayName)).toEqual(['Tỉnh Khánh Hoà', 'Tỉnh Khánh Hòa']);
});

testWithRecordings('what became of each province agrees with where its communes went', () => {
  const findings = new Findings();
  const provinceNow = new Map(now34(findings).map(({ record }) => [record.code, record.parent?.code]));
  const before = then63(findings).map(({ record }) => record);
  const byKey = new Map(before.map((record) => [keyOf(record), record]));
  const went = new Map<string, Set<string>>();
  for (const record of before) {
    const to = record.level === 'commune' ? provinceNow.get(record.code) : undefined;
    const district = record.parent && byKey.get(keyOf(record.parent));
    const from = district?.parent?.code;
    if (to && from) went.set(from, (went.get(from) ?? new Set()).add(to));
  }
  expect(went.size).toBe(63);
  for (const [from, to] of went) expect([from, ...to]).toEqual([from, mergers().get(from)]);
});

testWithRecordings('rights at a province hold for what was registered in the districts that it took over', () => {
  const findings = new Findings();
  const tree = new UnitTree();
  for (const { record } of [...now34(findings), ...then63(findings)])
    tree.put({
      unit: { code: record.code, validFrom: record.validFrom },
      validTo: record.validTo || undefined,
      parent: record.parent ?? undefined,
      successors: record.successors,
    });
  const city = { code: '79', validFrom: REFORM };
  const oldProvince = { code: '77', validFrom: '2025-03-01' };
  const [vungTau, ward1] = [
    { code: '747', validFrom: '2025-03-01' },
    { code: '26506', validFrom: '2025-03-01' },
  ];
  for (const target of [oldProvince, vungTau, ward1]) {
    expect(tree.covers(city, target, noon('2025-07-01'))).toBe(true);
    expect(tree.covers(city, target, noon('2025-06-30'))).toBe(false);
    expect(tree.covers(oldProvince, target, noon('2025-06-30'))).toBe(true);
    expect(tree.covers(oldProvince, target, noon('2025-07-01'))).toBe(false);
    expect(tree.covers({ code: '75', validFrom: REFORM }, target, noon('2026-02-16'))).toBe(false);
  }
  // The same code means another ward now.
  const wardNow = { code: '26506', validFrom: REFORM };
  expect(tree.covers(city, wardNow, noon('2026-02-16'))).toBe(true);
  expect(tree.covers(wardNow, ward1, noon('2026-02-16'))).toBe(false);
});
