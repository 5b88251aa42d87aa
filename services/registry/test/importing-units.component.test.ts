import { COUNTRY } from '@giaolo/chassis/principal';
import {
  ImportDifference_Kind as Difference,
  ImportFinding_Severity as Severity,
} from '@giaolo/proto/giaolo/registry/v1/import';
import { UnitChanged } from '@giaolo/proto/giaolo/registry/v1/unit_events';
import { AdministrativeUnit_Level as Level } from '@giaolo/proto/giaolo/type/v1/unit';
import { unitChanged } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { administrator, home, registrar, viewer } from './people.ts';
import { Stage, unitsCsv } from './stage.ts';

const stage = new Stage();
beforeAll(async () => {
  await stage.open();
  await stage.importUnits(unitsCsv);
});
afterAll(() => stage.close());

const list = async (request: object) => {
  const empty = { parent: undefined, asOf: '', code: '', level: 0 as const, query: '', pageSize: 0, pageToken: '' };
  const { units } = await (await stage.as(viewer)).listUnits({ ...empty, ...request });
  return units.map(({ displayName }) => displayName);
};

test('units are told as facts, and the same file again changes nothing', async () => {
  const facts = stage.records(unitChanged.name);
  expect(facts.map(({ key }) => key).sort()).toEqual([
    'units/00/2025-07-01',
    'units/00001/2025-07-01',
    'units/90/2025-07-01',
    'units/98/1991-01-01',
    'units/981/1991-01-01',
    'units/VN/1945-09-02',
  ]);
  const ended = facts.find(({ key }) => key === 'units/98/1991-01-01');
  expect(UnitChanged.decode(ended?.value as Uint8Array).unit).toMatchObject({
    ref: { code: '98', validFrom: '1991-01-01' },
    validTo: '2025-07-01',
    level: Level.LEVEL_PROVINCE,
    parent: COUNTRY,
    successors: [home],
  });
  const again = await stage.importUnits(unitsCsv);
  expect(again.summary).toMatchObject({ added: 0, changed: 0, unchanged: 6 });
  expect(stage.records(unitChanged.name)).toHaveLength(6);
});

test('a dry run says what would be, and nothing is', async () => {
  const changed = unitsCsv
    .replace('Tỉnh Đồi Thông', 'Tỉnh Đồi Thông Mới')
    .concat('00002,2025-07-01,,commune,xã,Xã Cồn Cát,,00,2025-07-01,\n');
  const answer = await stage.importUnits(changed, { dryRun: true });
  expect(answer.summary).toMatchObject({ added: 1, changed: 1, unchanged: 5 });
  expect(answer.differences).toEqual([
    {
      name: 'units/90/2025-07-01',
      kind: Difference.KIND_CHANGED,
      fields: [{ field: 'name', before: 'Tỉnh Đồi Thông', after: 'Tỉnh Đồi Thông Mới' }],
    },
    { name: 'units/00002/2025-07-01', kind: Difference.KIND_ADDED, fields: [] },
  ]);
  expect(await list({ query: 'con cat' })).toEqual([]);
});

test('a file with an error is not taken; a dry run names all of them', async () => {
  const wrong = unitsCsv
    .replace('00,2025-07-01,\n90', '07,2025-07-01,\n90')
    .concat('00003,2025-07-01,2025-06-01,commune,xã,Xã Ngược,,00,2025-07-01,\n');
  await expect(stage.importUnits(wrong)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    reason: 'FILE_INVALID',
    domain: 'registry.giaolo',
    violations: [
      { field: '4:parent_code', description: expect.stringContaining('PARENT_UNKNOWN') },
      { field: '8:valid_to', description: expect.stringContaining('ENDS_TOO_EARLY') },
    ],
  });
  const { findings } = await stage.importUnits(wrong, { dryRun: true });
  expect(findings.map(({ severity, line, code }) => [severity, line, code])).toEqual([
    [Severity.SEVERITY_ERROR, 4, 'PARENT_UNKNOWN'],
    [Severity.SEVERITY_ERROR, 8, 'ENDS_TOO_EARLY'],
  ]);
});

test('units are looked for by name without diacritics, by place, by code and day', async () => {
  expect(await list({ query: 'BEN thuy' })).toEqual(['Phường Bến Thuyền']);
  expect(await list({ parent: COUNTRY })).toEqual(['Tỉnh Vịnh Xanh', 'Tỉnh Đồi Thông']);
  expect(await list({ parent: COUNTRY, asOf: '2024-01-01' })).toEqual(['Tỉnh Suối Đá']);
  expect(await list({ parent: COUNTRY, query: 'phuong' })).toEqual(['Phường Bến Thuyền']);
  expect(await list({ parent: home, query: 'doi thong' })).toEqual([]);
  expect(await list({ code: '98' })).toEqual([]);
  expect(await list({ code: '98', asOf: '2025-06-30' })).toEqual(['Tỉnh Suối Đá']);
  expect(await list({ level: Level.LEVEL_COMMUNE })).toEqual(['Phường Bến Thuyền']);
});

test('a unit is got by its code and day', async () => {
  const client = await stage.as(viewer);
  const { unit } = await client.getUnit({ unit: home });
  expect(unit).toMatchObject({ ref: home, kind: 'tỉnh', displayName: 'Tỉnh Vịnh Xanh' });
  await expect(client.getUnit({ unit: { code: '00', validFrom: '1991-01-01' } })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    reason: 'UNIT_UNKNOWN',
  });
});

test('only an administrator of the country enters units', async () => {
  await expect(stage.importUnits(unitsCsv, {}, registrar)).rejects.toMatchObject({ reason: 'ROLE_MISSING' });
  const ofProvince = {
    ...administrator,
    subject: 'user:local',
    grants: [{ role: 'administrator', unit: home }],
  } as const;
  await expect(stage.importUnits(unitsCsv, {}, ofProvince)).rejects.toMatchObject({ reason: 'UNIT_FOREIGN' });
});
