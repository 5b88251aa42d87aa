import { type Check, demand } from '@giaolo/chassis/demand';
import { parseUnit } from '@giaolo/chassis/principal';
import { type AssetKind, assetKinds, collectionOf, parseAssetName } from '../asset/kinds.ts';
import { isDate } from '../file/fields.ts';
import type { UnitKey } from '../unit/unit.ts';

interface Ref {
  readonly code: string;
  readonly validFrom: string;
}

const DEVICE_NAME = /^devices\/([a-z0-9-]{1,64})$/;
const collections = assetKinds.map((kind) => collectionOf[kind]).join(', ');

export const aUnit = (ref: Ref | undefined): Check => [
  ref !== undefined && parseUnit(`${ref.code}/${ref.validFrom}`) !== undefined && isDate(ref.validFrom),
  'must be a code and a day YYYY-MM-DD',
];

export const aUnitOrNone = (ref: Ref | undefined): Check => (ref ? aUnit(ref) : [true, '']);

/** Of the wire, checked before. */
export const unitKey = ({ code, validFrom }: Ref): UnitKey => ({ code, validFrom });

export const anAssetName = (name: string): Check => [
  parseAssetName(name) !== undefined,
  `must be {collection}/{1-64 of a-z 0-9 and hyphen}, the collection one of ${collections}`,
];

export function readAssetName(field: string, name: string): { readonly kind: AssetKind; readonly id: string } {
  demand({ [field]: anAssetName(name) });
  return parseAssetName(name) as { kind: AssetKind; id: string };
}

export const aDeviceName = (name: string): Check => [
  DEVICE_NAME.test(name),
  'must be devices/{1-64 of a-z 0-9 and hyphen}',
];

export const deviceName = (id: string): string => `devices/${id}`;

export const deviceId = (name: string): string => DEVICE_NAME.exec(name)?.[1] ?? '';
