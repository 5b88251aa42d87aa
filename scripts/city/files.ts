import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Trouble } from '@giaolo/local/trouble';
import { AssetKind } from '@giaolo/proto/giaolo/registry/v1/asset';
import {
  ImportAssetsHeader_Format as AssetFormat,
  ImportUnitsHeader_Format as UnitFormat,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';

/** What the files of a folder call our columns: `{"stops": {"name": "stop_name"}}`. */
type Columns = Readonly<Record<string, Readonly<Record<string, string>>>>;

export type CityFile = { readonly name: string; readonly bytes: Buffer } & (
  | { readonly of: 'units'; readonly format: UnitFormat }
  | {
      readonly of: 'assets';
      readonly kind: AssetKind;
      readonly format: AssetFormat;
      readonly columns: Readonly<Record<string, string>>;
    }
  | { readonly of: 'feed' }
);

const units: readonly [name: string, format: UnitFormat][] = [
  ['units-34.json', UnitFormat.FORMAT_COUNTRY_34_JSON],
  ['units-63.json', UnitFormat.FORMAT_COUNTRY_63_JSON],
  ['units.csv', UnitFormat.FORMAT_CSV],
];

/** In an order in which everything comes after what it names. */
const assets: readonly [name: string, kind: AssetKind][] = [
  ['intersections', AssetKind.ASSET_KIND_INTERSECTION],
  ['signal-groups', AssetKind.ASSET_KIND_SIGNAL_GROUP],
  ['detectors', AssetKind.ASSET_KIND_DETECTOR],
  ['lots', AssetKind.ASSET_KIND_LOT],
  ['bays', AssetKind.ASSET_KIND_BAY],
  ['stops', AssetKind.ASSET_KIND_STOP],
  ['signs', AssetKind.ASSET_KIND_SIGN],
];

/** The files of a city that stand in a folder, in the order in which they are imported. Others are left alone. */
export function cityFiles(dir: string): CityFile[] {
  const isThere = new Set(existsSync(dir) ? readdirSync(dir) : []);
  const read = (name: string) => readFileSync(join(dir, name));
  const columns: Columns = isThere.has('columns.json') ? readColumns(read('columns.json')) : {};
  const files: CityFile[] = [];
  for (const [name, format] of units)
    if (isThere.has(name)) files.push({ of: 'units', name, bytes: read(name), format });
  for (const [what, kind] of assets) {
    const [csv, geojson] = [`${what}.csv`, `${what}.geojson`];
    if (isThere.has(csv) && isThere.has(geojson)) throw new Trouble(`${dir} has both ${csv} and ${geojson}`);
    const name = isThere.has(csv) ? csv : geojson;
    const format = isThere.has(csv) ? AssetFormat.FORMAT_CSV : AssetFormat.FORMAT_GEOJSON;
    if (isThere.has(name))
      files.push({ of: 'assets', name, bytes: read(name), kind, format, columns: columns[what] ?? {} });
  }
  for (const name of [...isThere].filter((each) => each.endsWith('.zip')).sort())
    files.push({ of: 'feed', name, bytes: read(name) });
  if (files.length > 0) return files;
  throw new Trouble(`${dir} holds no file of a city, such as units.csv, lots.geojson or a GTFS zip`);
}

function readColumns(bytes: Buffer): Columns {
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw new Trouble(`columns.json cannot be read: ${(error as Error).message}`);
  }
}
