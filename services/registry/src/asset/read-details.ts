import type { Fields } from '../file/fields.ts';
import type { Row } from '../file/row.ts';
import {
  controls,
  type Details,
  groupTypes,
  type Lot,
  measures,
  measurings,
  signTypes,
  technologies,
  vehicleClasses,
} from './details.ts';
import type { AssetKind } from './kinds.ts';

export const MOST_SPACES = 100_000;
const BAY_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Columns that only assets of one kind have; those with a star must be there. */
export const detailColumnsOf: Readonly<Record<AssetKind, readonly string[]>> = {
  intersection: ['control'],
  'signal-group': ['number*', 'type*', 'movement'],
  detector: ['technology*', 'measures*', 'lane'],
  lot: ['measured_by', 'capacity', 'vehicle_class'],
  bay: ['bay_id*', 'vehicle_class'],
  stop: ['code', 'feed', 'stop_id'],
  sign: ['type*', 'lines', 'characters'],
};

export function readDetails(kind: AssetKind, fields: Fields, row: Row): Details {
  switch (kind) {
    case 'intersection':
      return { kind, control: fields.word('control', controls) };
    case 'signal-group': {
      const number = fields.whole('number', 1, 255);
      return { kind, number, type: fields.requiredWord('type', groupTypes), movement: fields.text('movement') };
    }
    case 'detector': {
      const technology = fields.requiredWord('technology', technologies);
      return { kind, technology, measures: readMeasures(fields), lane: fields.text('lane', 50) };
    }
    case 'lot':
      return readLot(fields, row);
    case 'bay':
      return { kind, bayId: readBayId(fields), vehicleClass: fields.word('vehicle_class', vehicleClasses) };
    case 'stop':
      return readStop(fields);
    case 'sign': {
      const [lines, characters] = [fields.wholeOr('lines', 0, 0, 20), fields.wholeOr('characters', 0, 0, 200)];
      return { kind, type: fields.requiredWord('type', signTypes), lines, characters };
    }
    default:
      return kind satisfies never;
  }
}

function readMeasures(fields: Fields) {
  const words = fields.list('measures');
  const known = measures.filter((measure) => words.includes(measure));
  const unknown = words.filter((word) => !(measures as readonly string[]).includes(word));
  if (unknown.length > 0)
    fields.error('measures', 'VALUE_UNKNOWN', `"${unknown.join(';')}" is none of ${measures.join(', ')}`);
  else if (known.length === 0) fields.error('measures', 'VALUE_MISSING', `must be some of ${measures.join(', ')}`);
  return known;
}

function readLot(fields: Fields, { outline }: Row): Lot {
  const measuredBy = fields.word('measured_by', measurings) || 'count';
  const vehicleClass = fields.word('vehicle_class', vehicleClasses);
  // The number of bays is known when they are.
  if (measuredBy === 'bays' && fields.raw('capacity') !== '')
    fields.warn(
      'capacity',
      'CAPACITY_NOT_READ',
      'the capacity of a lot that is sensed bay by bay is its number of bays',
    );
  const capacity = measuredBy === 'bays' ? 0 : fields.whole('capacity', 1, MOST_SPACES);
  return { kind: 'lot', measuredBy, capacity, bayIds: [], vehicleClass, outline };
}

function readBayId(fields: Fields): string {
  const bayId = fields.raw('bay_id');
  if (!BAY_ID.test(bayId)) fields.error('bay_id', 'ID_INVALID', 'must be 1-64 of A-Z a-z 0-9 . _ and hyphen');
  return bayId;
}

function readStop(fields: Fields): Details {
  const [given, stopId] = [fields.raw('feed'), fields.text('stop_id', 100)];
  const feed = given === '' || given.startsWith('feeds/') ? given : `feeds/${given}`;
  if (feed !== '' && !/^feeds\/[a-z0-9-]{1,64}$/.test(feed))
    fields.error('feed', 'ID_INVALID', 'must be feeds/{1-64 of a-z 0-9 and hyphen}');
  if ((feed === '') !== (stopId === ''))
    fields.error('stop_id', 'VALUE_MISSING', 'feed and stop_id name a stop of a schedule together');
  return { kind: 'stop', code: fields.text('code', 50), feed, stopId };
}
