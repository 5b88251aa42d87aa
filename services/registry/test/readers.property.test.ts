import { ImportAssetsHeader_Format as Format } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeText, splitCsv } from '../src/adapters/csv.ts';
import { readAssetFile } from '../src/adapters/read-asset-file.ts';
import { judgeAssets } from '../src/asset/judge-assets.ts';
import { type AssetKind, assetKinds, parentOf } from '../src/asset/kinds.ts';
import { detailColumnsOf } from '../src/asset/read-details.ts';
import { csvTable } from '../src/file/csv-table.ts';
import { Findings } from '../src/file/findings.ts';
import { judgeUnits } from '../src/unit/judge-units.ts';
import { readCountry34 } from '../src/unit/read-country-34.ts';
import { readCountry63 } from '../src/unit/read-country-63.ts';
import { readUnitsCsv } from '../src/unit/read-csv.ts';

const unit = { code: '00', validFrom: '2025-07-01' };
const kind = fc.constantFrom(...assetKinds);

/** What stands in real files, what nearly does, and anything else. */
const value = fc.oneof(
  fc.constantFrom('', '0', '1', '10.35', '107.08', '-91', '1e3', 'NaN', 'Infinity', '2025-07-01', '2025-02-30'),
  fc.constantFrom('beach', 'Bãi Cát Dài', 'lots/market', 'count', 'bays', 'loop', 'vehicle', 'presence;count', 'fixed'),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

const columnsOf = (of: AssetKind): string[] => [
  ...['id', 'name', 'latitude', 'longitude', 'unit_code', 'unit_valid_from', 'owner', 'operator'],
  ...['in_service_since', 'retired_on', parentOf[of]?.kind ?? 'note'],
  ...detailColumnsOf[of].map((name) => name.replace('*', '')),
];

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** A kind, and a CSV of it in which any value may be anything. */
const csv = kind.chain((of) => {
  const row = fc.tuple(...columnsOf(of).map(() => value));
  return fc.record({ of: fc.constant(of), rows: fc.array(row, { minLength: 1, maxLength: 8 }) });
});

function read(of: AssetKind, bytes: Uint8Array, format: typeof Format.FORMAT_CSV | typeof Format.FORMAT_GEOJSON) {
  const findings = new Findings();
  const entries = readAssetFile(bytes, { format, columns: {} }, { kind: of, unit }, findings);
  const world = { asset: () => undefined, children: () => [], isAssumed: () => true };
  judgeAssets(entries, { ...world, today: '2026-02-16', standing: () => 'inside' }, findings);
  return { entries, findings };
}

test('every row of a CSV is taken, empty, or has a finding', () => {
  fc.assert(
    fc.property(csv, ({ of, rows }) => {
      const header = columnsOf(of).join(',');
      const text = [header, ...rows.map((row) => row.map(quoted).join(','))].join('\n');
      const { entries, findings } = read(of, Buffer.from(text), Format.FORMAT_CSV);
      let line = 2;
      for (const row of rows) {
        const taken = entries.some((entry) => entry.line === line);
        const empty = row.every((each) => each.trim() === '');
        expect([taken, empty, findings.isFaulty(line)]).toContain(true);
        line += 1 + row.join('').replaceAll(/\r\n?/g, '\n').split('\n').length - 1;
      }
    }),
    { numRuns: 300 },
  );
});

test('a row that is as it should be is always taken', () => {
  const id = fc.stringMatching(/^[a-z0-9-]{1,64}$/);
  const name = fc.string({ minLength: 1, maxLength: 50 }).filter((text) => /\S/.test(text.normalize('NFC').trim()));
  const lot = fc.record({
    id,
    name,
    latitude: fc.double({ min: 8, max: 23, noNaN: true }),
    longitude: fc.double({ min: 103, max: 109, noNaN: true }),
    capacity: fc.integer({ min: 1, max: 100_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(lot, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(',', ';'),
      fc.boolean(),
      (lots, by, crlf) => {
        const header = ['id', 'name', 'latitude', 'longitude', 'capacity'].join(by);
        const lines = lots.map((each) =>
          Object.values(each)
            .map((text) => quoted(String(text)))
            .join(by),
        );
        const text = [header, ...lines].join(crlf ? '\r\n' : '\n');
        const { entries } = read('lot', Buffer.from(`\ufeff${text}`), Format.FORMAT_CSV);
        expect(entries.map((entry) => [entry.id, entry.asset.position])).toEqual(
          lots.map(({ id, latitude, longitude }) => [id, { latitude, longitude }]),
        );
      },
    ),
  );
});

const json = fc.jsonValue({ maxDepth: 4 });
const numbers = fc.array(fc.oneof(fc.double(), fc.constantFrom(107, 10, null, '107')), { maxLength: 4 });
const ring = fc.array(numbers, { maxLength: 8 });
const geometry = fc.oneof(
  json,
  fc.record({ type: fc.constantFrom('Point', 'LineString'), coordinates: fc.oneof(numbers, json) }),
  fc.record({ type: fc.constant('Polygon'), coordinates: fc.oneof(fc.array(ring, { maxLength: 2 }), json) }),
);
const feature = fc.oneof(
  json,
  fc.record({
    type: fc.constantFrom('Feature', 'feature'),
    id: fc.oneof(json, fc.constantFrom('x1', 7)),
    properties: fc.oneof(
      json,
      fc.dictionary(fc.constantFrom('id', 'name', 'capacity', '__proto__'), fc.oneof(json, value)),
    ),
    geometry,
  }),
);

test('every feature of a GeoJSON is taken or has a finding', () => {
  fc.assert(
    fc.property(kind, fc.array(feature, { minLength: 1, maxLength: 6 }), (of, features) => {
      // A column that is missing from all of them would be one finding of the file.
      const properties = Object.fromEntries(columnsOf(of).map((name) => [name, '']));
      const all = { type: 'Feature', properties, geometry: { type: 'Point', coordinates: [107, 10] } };
      const text = JSON.stringify({ type: 'FeatureCollection', features: [...features, all] });
      const { entries, findings } = read(of, Buffer.from(text), Format.FORMAT_GEOJSON);
      expect(findings.isFaulty(0)).toBe(false);
      for (const at of features.keys())
        expect([entries.some(({ line }) => line === at + 1), findings.isFaulty(at + 1)]).toContain(true);
    }),
    { numRuns: 300 },
  );
});

const rubbish = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
  json.map((each) => Buffer.from(JSON.stringify(each))),
  fc.constant(Buffer.from('['.repeat(100_000))),
);

test('no reader is thrown by what is no file of its kind', () => {
  fc.assert(
    fc.property(rubbish, kind, (bytes, of) => {
      for (const format of [Format.FORMAT_CSV, Format.FORMAT_GEOJSON] as const) {
        const { entries, findings } = read(of, bytes, format);
        expect(entries.length > 0 || findings.refuse || findings.toArray().length === 0).toBe(true);
      }
      const findings = new Findings();
      const text = decodeText(bytes, findings) ?? '';
      const entries = readUnitsCsv(csvTable(splitCsv(text, findings), findings), findings);
      judgeUnits(entries, { get: () => undefined, ofCode: () => [] }, findings);
    }),
    { numRuns: 300 },
  );
});

test('no reader of a country is thrown by other JSON', () => {
  const units = fc.oneof(
    json,
    fc.array(fc.record({ Code: json, FullName: json, Wards: fc.oneof(json, fc.array(json)) }), { maxLength: 3 }),
    fc.record({
      data_date: json,
      data: fc.array(fc.record({ level1_id: json, name: json, level2s: json }), { maxLength: 3 }),
    }),
  );
  fc.assert(
    fc.property(units, (each) => {
      const findings = new Findings();
      const days = { validFrom: '2025-07-01', validTo: '' };
      readCountry34(each, days, findings);
      readCountry63(each, { ...days, validFrom: '' }, new Map(), findings);
      expect(findings.refuse).toBe(true);
    }),
    { numRuns: 300 },
  );
});
