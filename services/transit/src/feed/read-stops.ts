import type { Findings, NoticeList } from './notice.ts';
import { openTable } from './table.ts';
import type { Stop } from './timetable-data.ts';
import { Ids, ownCopy, parseCount, parseDegrees } from './values.ts';
import type { FeedZip } from './zip.ts';

export interface Stops {
  readonly ids: Ids;
  readonly stops: Stop[];
  /** Of stops.txt. */
  readonly lines: number[];
}

/** A stop that says to which station it belongs. */
interface Child {
  readonly stop: number;
  readonly parentId: string;
}

const FILE = 'stops.txt';
const MAX_LOCATION_TYPE = 4;
// Generic nodes and boarding areas may leave their place to their station.
const FIRST_TYPE_WITHOUT_PLACE = 3;

/** stops.txt: stops, and the stations, entrances and so on around them. */
export async function readStops(zip: FeedZip, { errors, warnings }: Findings): Promise<Stops> {
  const found: Stops = { ids: new Ids(), stops: [], lines: [] };
  const table = await openTable(zip, FILE, ['stop_id', 'stop_lat', 'stop_lon'], errors);
  if (!table) return found;
  const [id, name, parent] = table.columns('stop_id', 'stop_name', 'parent_station');
  const columns = table.columns('stop_lat', 'stop_lon', 'location_type');
  const children: Child[] = [];

  await table.each((row, line) => {
    const refuse = (field: string, code: string, message: string) => errors.add(FILE, line, field, code, message);
    const stopId = ownCopy(row[id] ?? '');
    if (stopId === '') return refuse('stop_id', 'VALUE_MISSING', 'stop_id is empty');
    if (found.ids.add(stopId) < 0) return refuse('stop_id', 'KEY_DUPLICATE', `a second stop "${stopId}"`);
    const stop = found.stops.push({
      stopId,
      name: ownCopy(row[name] ?? '') || stopId,
      ...placeOf(row, columns, refuse),
    });
    found.lines.push(line);
    const parentId = (row[parent] ?? '').trim();
    if (parentId !== '') children.push({ stop: stop - 1, parentId });
  });

  if (found.stops.length === 0 && errors.isEmpty) errors.add(FILE, 0, '', 'FILE_EMPTY', 'the feed has no stops');
  checkParents(found, children, { errors, warnings });
  warnOfPlaces(found, new Set(children.map(({ stop }) => stop)), warnings);
  return found;
}

type Refuse = (field: string, code: string, message: string) => void;

function placeOf(
  row: readonly string[],
  [lat, lon, type]: readonly [number, number, number],
  refuse: Refuse,
): Pick<Stop, 'lat' | 'lon' | 'locationType'> {
  const typeText = (row[type] ?? '').trim();
  const locationType = typeText === '' ? 0 : (parseCount(typeText) ?? MAX_LOCATION_TYPE + 1);
  if (locationType > MAX_LOCATION_TYPE)
    refuse('location_type', 'LOCATION_TYPE_INVALID', `"${typeText}" is no location_type`);
  const degrees = (column: number, field: string, limit: 90 | 180): number => {
    const text = (row[column] ?? '').trim();
    const value = parseDegrees(text, limit);
    if (value === undefined && text !== '')
      refuse(field, 'COORDINATE_INVALID', `"${text}" is not between -${limit} and ${limit}`);
    else if (value === undefined && locationType < FIRST_TYPE_WITHOUT_PLACE)
      refuse(field, 'VALUE_MISSING', `${field} is empty`);
    return value ?? Number.NaN;
  };
  return { lat: degrees(lat, 'stop_lat', 90), lon: degrees(lon, 'stop_lon', 180), locationType };
}

/** A node of a station that has no coordinates of its own; nothing can call there. */
export const isWithoutPlace = ({ locationType, lat }: Stop): boolean =>
  locationType >= FIRST_TYPE_WITHOUT_PLACE && Number.isNaN(lat);

function checkParents(
  { ids, stops, lines }: Stops,
  children: readonly Child[],
  { errors, warnings }: Pick<Findings, 'errors' | 'warnings'>,
): void {
  for (const { stop, parentId } of children) {
    const line = lines[stop] ?? 0;
    const station = stops[ids.get(parentId)];
    if (!station) errors.add(FILE, line, 'parent_station', 'STOP_UNKNOWN', `no stop "${parentId}" in stops.txt`);
    else if (station.locationType === 0)
      warnings.add(FILE, line, 'parent_station', 'PARENT_NOT_STATION', `stop "${parentId}" is not a station`);
  }
}

// About two metres: one place entered twice, not two sides of a street.
const SAME_PLACE_DEGREES = 2e-5;

function warnOfPlaces({ stops, lines }: Stops, inStations: ReadonlySet<number>, warnings: NoticeList): void {
  const known = new Map<string, string>();
  stops.forEach(({ stopId, name, lat, lon, locationType }, index) => {
    const line = lines[index] ?? 0;
    if (Math.abs(lat) < 1e-3 && Math.abs(lon) < 1e-3)
      warnings.add(FILE, line, 'stop_lat', 'STOP_AT_ORIGIN', `stop "${stopId}" lies at 0, 0`);
    // Platforms of a station are often drawn as one point.
    if (inStations.has(index)) return;
    const place = [lat, lon].map((degrees) => Math.round(degrees / SAME_PLACE_DEGREES));
    const key = `${locationType} ${place} ${name}`;
    const twin = known.get(key);
    if (twin === undefined) known.set(key, stopId);
    else warnings.add(FILE, line, '', 'STOP_REPEATED', `stop "${stopId}" has name and place of stop "${twin}"`);
  });
}

/** Stops that no trip calls at; `used` by place. */
export function warnOfUnused({ stops, lines }: Stops, used: Uint8Array, warnings: NoticeList): void {
  stops.forEach((stop, index) => {
    if (stop.locationType === 0 && !used[index])
      warnings.add(FILE, lines[index] ?? 0, 'stop_id', 'STOP_UNUSED', `no trip calls at stop "${stop.stopId}"`);
  });
}
