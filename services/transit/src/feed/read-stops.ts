import type { Findings, NoticeList } from './notice.ts';
import { openTable } from './table.ts';
import type { Stop } from './timetable-data.ts';
import { Ids, ownCopy, parseCount, parseDegrees } from './values.ts';
import type { FeedZip } from './zip.ts';

export interface Stops {
  readonly ids: Ids;
  readonly stops: Stop[];
  /** In stops.txt. */
  readonly lines: number[];
}

const FILE = 'stops.txt';
const MAX_LOCATION_TYPE = 4;

/** stops.txt: stops, and the stations, entrances and so on around them. */
export async function readStops(zip: FeedZip, { errors, warnings }: Findings): Promise<Stops> {
  const ids = new Ids();
  const stops: Stop[] = [];
  const lines: number[] = [];
  const table = await openTable(zip, FILE, ['stop_id', 'stop_lat', 'stop_lon'], errors);
  if (!table) return { ids, stops, lines };
  const [id, name, lat, lon, type, parent] = table.columns(
    'stop_id',
    'stop_name',
    'stop_lat',
    'stop_lon',
    'location_type',
    'parent_station',
  );
  const parents: { stop: number; parentId: string; line: number }[] = [];

  await table.each((row, line) => {
    const stopId = ownCopy(row[id] ?? '');
    if (stopId === '') return errors.add(FILE, line, 'stop_id', 'VALUE_MISSING', 'stop_id is empty');
    if (ids.add(stopId) < 0) return errors.add(FILE, line, 'stop_id', 'KEY_DUPLICATE', `a second stop "${stopId}"`);
    const locationType = (row[type] ?? '').trim() === '' ? 0 : (parseCount(row[type] ?? '') ?? -1);
    if (locationType < 0 || locationType > MAX_LOCATION_TYPE)
      errors.add(FILE, line, 'location_type', 'LOCATION_TYPE_INVALID', `"${row[type] ?? ''}" is no location_type`);
    // Generic nodes and boarding areas may leave their position to their station.
    const optional = locationType >= 3;
    stops.push({
      stopId,
      name: ownCopy(row[name] ?? '') || stopId,
      lat: degrees(row[lat], 90, optional, line, 'stop_lat', errors),
      lon: degrees(row[lon], 180, optional, line, 'stop_lon', errors),
      locationType,
    });
    lines.push(line);
    const parentId = (row[parent] ?? '').trim();
    if (parentId !== '') parents.push({ stop: stops.length - 1, parentId, line });
  });

  for (const { parentId, line } of parents) {
    const station = stops[ids.get(parentId)];
    if (!station) errors.add(FILE, line, 'parent_station', 'STOP_UNKNOWN', `no stop "${parentId}" in stops.txt`);
    else if (station.locationType === 0)
      warnings.add(FILE, line, 'parent_station', 'PARENT_NOT_STATION', `stop "${parentId}" is not a station`);
  }
  if (stops.length === 0 && errors.isEmpty) errors.add(FILE, 0, '', 'FILE_EMPTY', 'the feed has no stops');
  warnOfPlaces({ ids, stops, lines }, new Set(parents.map(({ stop }) => stop)), warnings);
  return { ids, stops, lines };
}

function degrees(
  text: string | undefined,
  limit: 90 | 180,
  optional: boolean,
  line: number,
  field: string,
  errors: NoticeList,
): number {
  const value = parseDegrees(text, limit);
  if (value !== undefined) return value;
  if ((text ?? '').trim() !== '')
    errors.add(FILE, line, field, 'COORDINATE_INVALID', `"${text}" is not between -${limit} and ${limit}`);
  else if (!optional) errors.add(FILE, line, field, 'VALUE_MISSING', `${field} is empty`);
  return Number.NaN;
}

// About two metres: one place entered twice, not two sides of a street.
const SAME_PLACE_DEGREES = 2e-5;

function warnOfPlaces({ stops, lines }: Stops, parented: ReadonlySet<number>, warnings: NoticeList): void {
  const byName = new Map<string, Stop[]>();
  stops.forEach((stop, index) => {
    const line = lines[index] ?? 0;
    if (Math.abs(stop.lat) < 1e-3 && Math.abs(stop.lon) < 1e-3)
      warnings.add(FILE, line, 'stop_lat', 'STOP_AT_ORIGIN', `stop "${stop.stopId}" lies at 0, 0`);
    // Platforms of a station are often drawn as one point.
    if (parented.has(index)) return;
    const key = `${stop.locationType} ${stop.name}`;
    const namesakes = byName.get(key) ?? [];
    const twin = namesakes.find(
      (other) =>
        Math.abs(other.lat - stop.lat) < SAME_PLACE_DEGREES && Math.abs(other.lon - stop.lon) < SAME_PLACE_DEGREES,
    );
    if (twin)
      warnings.add(
        FILE,
        line,
        '',
        'STOP_REPEATED',
        `stop "${stop.stopId}" has name and place of stop "${twin.stopId}"`,
      );
    byName.set(key, [...namesakes, stop]);
  });
}

/** Stops that no trip calls at; `used` by place. */
export function warnOfUnused({ stops, lines }: Stops, used: Uint8Array, warnings: NoticeList): void {
  stops.forEach((stop, index) => {
    if (stop.locationType === 0 && !used[index])
      warnings.add(FILE, lines[index] ?? 0, 'stop_id', 'STOP_UNUSED', `no trip calls at stop "${stop.stopId}"`);
  });
}
