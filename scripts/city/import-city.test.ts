import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTRY } from '@giaolo/chassis/principal';
import { sampleUnit } from '@giaolo/local/issuer';
import { root } from '@giaolo/local/places';
import { lots } from '@giaolo/local/sample/lots';
import { assetChanged } from '@giaolo/topics/topics';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Stage } from '../../services/registry/test/stage.ts';
import { cityFiles } from './files.ts';
import { type CityWish, importCity } from './import-city.ts';
import type { Platform, Told } from './import-file.ts';
import { linesOf } from './lines.ts';

const importer = {
  subject: 'user:import-city',
  unit: sampleUnit,
  grants: [
    { role: 'administrator', unit: COUNTRY },
    { role: 'registrar', unit: sampleUnit },
  ],
} as const;

let stage: Stage;
let dir: string;
beforeEach(async () => {
  stage = new Stage();
  await stage.open();
  dir = mkdtempSync(join(tmpdir(), 'city-'));
  cpSync(join(root, 'infra/local/sample/city'), dir, { recursive: true });
});
afterEach(async () => {
  await stage.close();
  rmSync(dir, { recursive: true });
});

async function run(changed: Partial<CityWish> = {}) {
  const told: Told[] = [];
  const platform = { registry: await stage.as(importer), transit: {} as Platform['transit'] };
  const wish = { unit: sampleUnit, dryRun: false, retireMissing: false, tell: (each: Told) => told.push(each) };
  const outcome = await importCity(platform, cityFiles(dir), { ...wish, ...changed });
  await stage.bus.settled();
  return { outcome, told, added: told.map(({ file, summary }) => [file, summary?.added]) };
}

const edit = (file: string, from: string, to: string) =>
  writeFileSync(join(dir, file), readFileSync(join(dir, file), 'utf8').replace(from, to));

const whole = [
  ['units.csv', 17],
  ['intersections.csv', 6],
  ['signal-groups.csv', 16],
  ['detectors.csv', 6],
  ['lots.csv', 2],
  ['bays.csv', 24],
  ['stops.csv', 10],
  ['signs.csv', 2],
];

test('the sample city is entered by files alone: first dry, then in earnest, then again without effect', async () => {
  const dry = await run({ dryRun: true });
  expect(dry).toMatchObject({ outcome: 'taken', added: whole });
  expect(dry.told.flatMap(({ findings }) => findings)).toEqual([]);
  expect(stage.bus.caught).toEqual([]);

  const entered = await run();
  expect(entered).toMatchObject({ outcome: 'taken', added: whole });
  expect(entered.told.flatMap(({ findings }) => findings)).toEqual([]);
  expect(new Set(stage.records(assetChanged.name).map(({ key }) => key)).size).toBe(66);

  const again = await run();
  expect(again.told.map(({ summary }) => [summary?.added, summary?.changed, summary?.missing])).toEqual(
    whole.map(() => [0, 0, 0]),
  );
});

test('its lots are those of the sample, space by space', async () => {
  await run();
  const client = await stage.as(importer);
  for (const { name, displayName, lat, lon, capacity, bayIds } of lots) {
    const { asset } = await client.getAsset({ name });
    expect(asset).toMatchObject({ displayName, position: { latitude: lat, longitude: lon } });
    expect(asset?.details?.value).toMatchObject({ capacity: capacity || bayIds.length, bayIds });
  }
});

test('an error in one file leaves all of them out, and is told by file, line and field', async () => {
  edit('bays.csv', 'sample-market,B07', 'sample-market,B06');
  edit('lots.csv', ',120,', ',0,');
  const { outcome, told } = await run();
  expect(outcome).toBe('refused');
  expect(stage.bus.caught).toEqual([]);
  const lines = told.flatMap(linesOf);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}error {2}lots\.csv:2:capacity {2}.*\(NUMBER_INVALID\)$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}error {2}bays\.csv:8:bay_id {2}.*\(DUPLICATE\)$/));
});

test('what changed and what is missing is told', async () => {
  await run();
  edit('lots.csv', ',120,', ',150,');
  edit('signs.csv', readFileSync(join(dir, 'signs.csv'), 'utf8').split('\n')[1] ?? '', '');
  const lines = (await run({ dryRun: true })).told.flatMap(linesOf);
  expect(lines).toContain('  changed  lots/sample-beach: capacity 120 -> 150');
  expect(lines).toContain('  missing  signs/bang-duong-bien');
  expect((await run({ retireMissing: true })).told.at(-1)?.summary).toMatchObject({ retired: 1, unchanged: 1 });
});

test('columns of other names are read by columns.json', async () => {
  edit('signs.csv', 'id,name', 'ma,ten');
  writeFileSync(join(dir, 'columns.json'), JSON.stringify({ signs: { id: 'ma', name: 'ten' } }));
  expect(await run()).toMatchObject({ outcome: 'taken', added: whole });
});
