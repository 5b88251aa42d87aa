import type { Findings } from './notice.ts';
import type { Routes } from './read-routes.ts';
import type { Services } from './read-services.ts';
import { openTable } from './table.ts';
import { Ids } from './values.ts';
import type { FeedZip } from './zip.ts';

/** All rows of trips.txt, column by column; references are places, -1 = none. */
export interface TripRows {
  readonly ids: Ids;
  readonly line: number[];
  readonly route: number[];
  readonly service: number[];
  readonly shape: number[];
  readonly headsign: number[];
  readonly block: number[];
  readonly texts: Ids;
}

const FILE = 'trips.txt';

export async function readTrips(
  zip: FeedZip,
  known: { routes: Routes; services: Services; shapes: Ids },
  { errors }: Findings,
): Promise<TripRows> {
  const ids = new Ids();
  const texts = new Ids();
  const trips: TripRows = { ids, texts, line: [], route: [], service: [], shape: [], headsign: [], block: [] };
  const table = await openTable(zip, FILE, ['route_id', 'service_id', 'trip_id'], errors);
  if (!table) return trips;
  const [id, route, service, shape] = table.columns('trip_id', 'route_id', 'service_id', 'shape_id');
  const [headsign, block] = table.columns('trip_headsign', 'block_id');

  await table.each((row, line) => {
    const tripId = row[id] ?? '';
    if (tripId.trim() === '') return errors.add(FILE, line, 'trip_id', 'VALUE_MISSING', 'trip_id is empty');
    if (ids.add(tripId) < 0) return errors.add(FILE, line, 'trip_id', 'KEY_DUPLICATE', `a second trip "${tripId}"`);
    const refer = (column: number, field: string, places: Ids, code: string, file: string): number => {
      const value = row[column] ?? '';
      const place = places.get(value);
      if (place < 0 && value.trim() === '') errors.add(FILE, line, field, 'VALUE_MISSING', `${field} is empty`);
      else if (place < 0) errors.add(FILE, line, field, code, `no "${value}" in ${file}`);
      return place;
    };
    const hasShape = (row[shape] ?? '').trim() !== '';
    trips.line.push(line);
    trips.route.push(refer(route, 'route_id', known.routes.ids, 'ROUTE_UNKNOWN', 'routes.txt'));
    trips.service.push(refer(service, 'service_id', known.services.ids, 'SERVICE_UNKNOWN', 'the calendars'));
    trips.shape.push(hasShape ? refer(shape, 'shape_id', known.shapes, 'SHAPE_UNKNOWN', 'shapes.txt') : -1);
    trips.headsign.push(intern(texts, row[headsign]));
    trips.block.push(intern(texts, row[block]));
  });
  if (ids.all.length === 0 && errors.isEmpty) errors.add(FILE, 0, '', 'FILE_EMPTY', 'the feed has no trips');
  return trips;
}

function intern(texts: Ids, text: string | undefined): number {
  if (text === undefined || text === '') return -1;
  const place = texts.get(text);
  return place < 0 ? texts.add(text) : place;
}
