import { ImportAssetsHeader_Format as Format } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { expect, test } from '@jest/globals';
import { readAssetFile } from '../src/adapters/read-asset-file.ts';
import { Findings } from '../src/file/findings.ts';

const unit = { code: '79', validFrom: '2025-07-01' };
const MEBIBYTE = 1_024 * 1_024;
const columns = (count: number) => Array.from({ length: count }, (_, at) => `c${at}`).join(',');
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const features = (inside: string) => `{"type":"FeatureCollection",${inside}}`;

// Each of these held the process up for many seconds, or ended it, before there was a bound.
test.each<[string, keyof typeof Format, string, string]>([
  ['a hundred thousand columns', 'FORMAT_CSV', columns(100_000), 'TOO_MANY_COLUMNS'],
  ['columns times rows', 'FORMAT_CSV', `id,name,${columns(2_000)}\n${'x\n'.repeat(20_000)}`, 'TOO_MANY_COLUMNS'],
  ['millions of rows', 'FORMAT_CSV', `id,name\n${'x\n'.repeat(4 * MEBIBYTE)}`, 'TOO_MANY_ROWS'],
  ['millions of empty lines', 'FORMAT_CSV', `id,name\n${'\n'.repeat(8 * MEBIBYTE)}`, 'TOO_MANY_ROWS'],
  ['quotes that never end', 'FORMAT_CSV', `id,name\n${'"x'.repeat(500_000)}`, 'CSV_MALFORMED'],
  ['a deep reference system', 'FORMAT_GEOJSON', features(`"crs":${nested(100_000)},"features":[]`), 'CRS_UNKNOWN'],
  ['a deep feature', 'FORMAT_GEOJSON', features(`"features":[${nested(MEBIBYTE)}]`), 'NOT_A_FEATURE'],
])('%s are refused with a finding', (_, format, text, code) => {
  const findings = new Findings();
  const layout = { format: Format[format], columns: {} };
  expect(readAssetFile(Buffer.from(text), layout, { kind: 'lot', unit }, findings)).toEqual([]);
  expect(findings.refuse).toBe(true);
  expect(findings.toArray().map((finding) => finding.code)).toContain(code);
});
