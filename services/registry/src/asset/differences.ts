import type { Asset, FieldChange } from './asset.ts';
import type { Details } from './details.ts';
import { parentOf } from './kinds.ts';

const LONGEST = 200;

/** The columns in which two versions of an asset differ. */
export function differences(before: Asset, after: Asset): FieldChange[] {
  const old = new Map(columnsOf(before));
  const fields: FieldChange[] = [];
  for (const [field, text] of columnsOf(after)) {
    const was = old.get(field) ?? '';
    if (was !== text) fields.push({ field, before: was.slice(0, LONGEST), after: text.slice(0, LONGEST) });
  }
  return fields;
}

/** An asset as it stands in our CSV, column by column; the same columns for all of a kind. */
export const columnsOf = (asset: Asset): [column: string, text: string][] => [
  ['name', asset.displayName],
  ['latitude', String(asset.position.latitude)],
  ['longitude', String(asset.position.longitude)],
  ['unit_code', asset.unit.code],
  ['unit_valid_from', asset.unit.validFrom],
  ['owner', asset.owner],
  ['operator', asset.operator],
  [parentOf[asset.details.kind]?.kind ?? 'parent', asset.parent],
  ['in_service_since', asset.inServiceSince],
  ['retired_on', asset.retiredOn],
  ...detailColumns(asset.details),
];

function detailColumns(details: Details): [string, string][] {
  switch (details.kind) {
    case 'intersection':
      return [['control', details.control]];
    case 'signal-group':
      return [
        ['number', String(details.number)],
        ['type', details.type],
        ['movement', details.movement],
      ];
    case 'detector':
      return [
        ['technology', details.technology],
        ['measures', details.measures.join(';')],
        ['lane', details.lane],
      ];
    case 'lot':
      return [
        ['measured_by', details.measuredBy],
        ['capacity', String(details.capacity)],
        ['bay_ids', details.bayIds.join(';')],
        ['vehicle_class', details.vehicleClass],
        ['outline', details.outline.map(({ latitude, longitude }) => `${latitude} ${longitude}`).join(';')],
      ];
    case 'bay':
      return [
        ['bay_id', details.bayId],
        ['vehicle_class', details.vehicleClass],
      ];
    case 'stop':
      return [
        ['code', details.code],
        ['feed', details.feed],
        ['stop_id', details.stopId],
      ];
    case 'sign':
      return [
        ['type', details.type],
        ['lines', String(details.lines)],
        ['characters', String(details.characters)],
      ];
    default:
      return details satisfies never;
  }
}
