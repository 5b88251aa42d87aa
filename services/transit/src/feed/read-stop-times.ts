import { IntRows } from './int-rows.ts';
import type { Findings } from './notice.ts';
import { isWithoutPlace, type Stops } from './read-stops.ts';
import { openTable } from './table.ts';
import type { Stop } from './timetable-data.ts';
import { BAD_TIME, type Ids, parseCount, parseTime } from './values.ts';
import type { FeedZip } from './zip.ts';

/** Columns of a row of stop times; the first three are what rows are ordered by. */
export const ARRIVAL = 3;
export const DEPARTURE = 4;
export const STOP = 5;

const FILE = 'stop_times.txt';
const COLUMNS = ['trip_id', 'stop_sequence', 'arrival_time', 'departure_time', 'stop_id'] as const;

/** All rows of stop_times.txt as trip, sequence, line, arrival, departure, stop; times that are left out are NO_TIME. */
export async function readStopTimes(
  zip: FeedZip,
  known: { trips: Ids; stops: Stops },
  { errors, warnings, trips }: Findings,
): Promise<IntRows> {
  const rows = new IntRows(6);
  const table = await openTable(zip, FILE, COLUMNS, errors);
  if (!table) return rows;
  const [id, order, arrival, departure, stop] = table.columns(...COLUMNS);
  const zones = table.columns('location_id', 'location_group_id');
  const tripOf = rememberingLast(known.trips);

  await table.each((row, line) => {
    const tripId = row[id] ?? '';
    const trip = tripOf(tripId);
    const refuse = (field: string, code: string, message: string) =>
      trips.add(tripId, FILE, line, field, code, message);
    if (trip < 0) return refuse('trip_id', 'TRIP_UNKNOWN', `no trip "${tripId}" in trips.txt`);
    const stopId = row[stop] ?? '';
    const place = known.stops.ids.get(stopId);
    if (place < 0) {
      if (stopId === '' && zones.some((zone) => (row[zone] ?? '') !== ''))
        return warnings.add(FILE, line, 'location_id', 'ON_DEMAND_SKIPPED', 'zones of on-demand service are not read');
      return refuse('stop_id', 'STOP_UNKNOWN', `no stop "${stopId}" in stops.txt`);
    }
    if (isWithoutPlace(known.stops.stops[place] as Stop))
      return refuse('stop_id', 'STOP_WITHOUT_PLACE', `stop "${stopId}" has no coordinates`);
    const sequence = parseCount(row[order] ?? '');
    if (sequence === undefined)
      return refuse('stop_sequence', 'NUMBER_INVALID', `"${row[order] ?? ''}" is no whole number`);
    const arrives = parseTime(row[arrival] ?? '');
    const departs = parseTime(row[departure] ?? '');
    if (arrives === BAD_TIME) return refuse('arrival_time', 'TIME_INVALID', `"${row[arrival]}" is no time (HH:MM:SS)`);
    if (departs === BAD_TIME)
      return refuse('departure_time', 'TIME_INVALID', `"${row[departure]}" is no time (HH:MM:SS)`);
    rows.push(trip, sequence, line, arrives < 0 ? departs : arrives, departs < 0 ? arrives : departs, place);
  });
  if (rows.count === 0 && errors.isEmpty && trips.broken.size === 0)
    errors.add(FILE, 0, '', 'FILE_EMPTY', 'the feed has no stop times');
  return rows;
}

/** Rows of a trip nearly always follow each other. */
function rememberingLast(ids: Ids): (id: string) => number {
  let lastId = '';
  let last = -1;
  return (id) => {
    if (id !== lastId) {
      last = ids.get(id);
      lastId = id;
    }
    return last;
  };
}
