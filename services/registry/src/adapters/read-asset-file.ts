import {
  ImportAssetsHeader_Format as Format,
  type ImportAssetsHeader,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import type { AssetKind } from '../asset/kinds.ts';
import { type AssetEntry, readAssets } from '../asset/read-assets.ts';
import { csvTable } from '../file/csv-table.ts';
import type { Findings } from '../file/findings.ts';
import { geojsonTable } from '../file/geojson-table.ts';
import { renamed } from '../file/rename.ts';
import { noTable, type Table } from '../file/row.ts';
import type { UnitKey } from '../unit/unit.ts';
import { decodeText, splitCsv } from './csv.ts';
import { parseJson } from './json.ts';

type Layout = Pick<ImportAssetsHeader, 'format' | 'columns'>;

/** The assets of a file, each row that can be read as one; the others are findings. */
export function readAssetFile(
  bytes: Uint8Array,
  { format, columns }: Layout,
  { kind, unit }: { readonly kind: AssetKind; readonly unit: UnitKey },
  findings: Findings,
): AssetEntry[] {
  const table = tableOf(bytes, format, findings);
  return table === noTable ? [] : readAssets(kind, renamed(table, columns, findings), unit, findings);
}

function tableOf(bytes: Uint8Array, format: ImportAssetsHeader['format'], findings: Findings): Table {
  const text = decodeText(bytes, findings);
  if (text === undefined) return noTable;
  if (format === Format.FORMAT_CSV) {
    const lines = splitCsv(text, findings);
    return findings.refuse ? noTable : csvTable(lines, findings);
  }
  const json = parseJson(text, findings);
  return findings.refuse ? noTable : geojsonTable(json, findings);
}
