import { Fields } from '../file/fields.ts';
import type { Findings } from '../file/findings.ts';
import type { Position, Row, Table } from '../file/row.ts';
import type { UnitKey } from '../unit/unit.ts';
import type { Asset } from './asset.ts';
import { ASSET_ID, type AssetKind, assetName, collectionOf, parentOf } from './kinds.ts';
import { detailColumnsOf, readDetails } from './read-details.ts';

/** An asset as a file has it. */
export interface AssetEntry {
  readonly line: number;
  readonly id: string;
  readonly name: string;
  readonly asset: Asset;
  /** What the file does not say of it, and its parent may. */
  readonly unsaid: { readonly position: boolean; readonly unit: boolean };
}

/** Nobody is at (0, 0): a place that was not said. */
const NOWHERE: Position = { latitude: 0, longitude: 0 };

const common = [
  ...['id*', 'name*', 'latitude', 'longitude', 'unit_code', 'unit_valid_from'],
  ...['owner', 'operator', 'in_service_since', 'retired_on'],
];

/** Assets of one kind, row by row; `unit` stands in for units that are not said. Rows with an error are left out. */
export function readAssets(
  kind: AssetKind,
  { columns, header, rows }: Table,
  unit: UnitKey,
  findings: Findings,
): AssetEntry[] {
  const parent = parentOf[kind];
  const ofParent = parent ? [parent.required ? `${parent.kind}*` : parent.kind] : [];
  const known = [...common, ...ofParent, ...detailColumnsOf[kind]];
  const required = known.flatMap((name) => (name.endsWith('*') ? name.slice(0, -1) : []));
  const missing = required.filter((name) => !columns.includes(name));
  for (const name of missing) findings.error(header, name, 'COLUMN_MISSING', `the column ${name} is missing`);
  const names = new Set(known.map((name) => name.replace('*', '')));
  for (const name of columns)
    if (!names.has(name)) findings.warn(header, name, 'COLUMN_UNKNOWN', `the column ${name} is not read`);
  if (missing.length > 0) return [];
  return rows.flatMap((row) => {
    const entry = readRow(kind, row, unit, findings);
    return findings.isFaulty(row.line) ? [] : [entry];
  });
}

function readRow(kind: AssetKind, row: Row, unit: UnitKey, findings: Findings): AssetEntry {
  const fields = new Fields(row, findings);
  const id = readId(kind, 'id', fields);
  const isPlaced = !parentOf[kind] || fields.raw('latitude') !== '' || fields.raw('longitude') !== '';
  const said = readUnit(fields);
  const asset = {
    displayName: fields.required('name'),
    position: isPlaced ? readPosition(fields) : NOWHERE,
    unit: said ?? unit,
    owner: fields.text('owner'),
    operator: fields.text('operator'),
    parent: readParent(kind, fields),
    inServiceSince: fields.date('in_service_since'),
    retiredOn: fields.date('retired_on'),
    details: readDetails(kind, fields, row),
  };
  if (asset.retiredOn !== '' && asset.retiredOn < asset.inServiceSince)
    fields.error('retired_on', 'RETIRED_TOO_EARLY', 'must not be before in_service_since');
  const unsaid = { position: !isPlaced, unit: said === undefined };
  return { line: row.line, id, name: assetName(kind, id), asset, unsaid };
}

/** `x`, or in full `lots/x`. */
function readId(kind: AssetKind, column: string, fields: Fields): string {
  const text = fields.raw(column);
  const id = text.startsWith(`${collectionOf[kind]}/`) ? text.slice(collectionOf[kind].length + 1) : text;
  if (!ASSET_ID.test(id)) fields.error(column, 'ID_INVALID', 'must be 1-64 of a-z 0-9 and hyphen');
  return id;
}

function readPosition(fields: Fields): Position {
  const latitude = fields.number('latitude', -90, 90);
  const longitude = fields.number('longitude', -180, 180);
  if (latitude === 0 && longitude === 0)
    fields.error(
      'latitude',
      'POSITION_MISSING',
      'nothing of ours is at 0, 0, which is what a device without a fix says',
    );
  return { latitude, longitude };
}

function readUnit(fields: Fields): UnitKey | undefined {
  const [code, validFrom] = [fields.raw('unit_code'), fields.date('unit_valid_from')];
  if (code === '' && fields.raw('unit_valid_from') === '') return undefined;
  if (!/^[A-Za-z0-9-]{1,16}$/.test(code))
    fields.error('unit_code', 'CODE_INVALID', 'must be 1 to 16 of A-Z a-z 0-9 and hyphen');
  if (fields.raw('unit_valid_from') === '')
    fields.error(
      'unit_valid_from',
      'VALUE_MISSING',
      'codes are re-used: a unit is a code and the day since which it means it',
    );
  return { code, validFrom };
}

function readParent(kind: AssetKind, fields: Fields): string {
  const parent = parentOf[kind];
  if (!parent || (!parent.required && fields.raw(parent.kind) === '')) return '';
  return assetName(parent.kind, readId(parent.kind, parent.kind, fields));
}
