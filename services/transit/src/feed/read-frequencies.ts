import type { Findings } from './notice.ts';
import { openTable } from './table.ts';
import type { Frequency } from './timetable-data.ts';
import { type Ids, parseCount, parseTime } from './values.ts';
import type { FeedZip } from './zip.ts';

const FILE = 'frequencies.txt';
const COLUMNS = ['trip_id', 'start_time', 'end_time', 'headway_secs'];

/** frequencies.txt, if the feed has it. */
export async function readFrequencies(zip: FeedZip, trips: Ids, findings: Findings): Promise<Frequency[]> {
  const { errors, warnings } = findings;
  const frequencies: Frequency[] = [];
  const table = zip.files.has(FILE) ? await openTable(zip, FILE, COLUMNS, errors) : undefined;
  const [id, start, end, headway] = COLUMNS.map((name) => table?.column(name)) as [number, number, number, number];
  const exact = table?.column('exact_times') ?? -1;

  await table?.each((row, line) => {
    const trip = trips.get(row[id] ?? '');
    const startSeconds = parseTime(row[start] ?? '');
    const endSeconds = parseTime(row[end] ?? '');
    const headwaySeconds = parseCount(row[headway] ?? '') ?? 0;
    // Nothing else depends on it.
    if (trip < 0) return warnings.add(FILE, line, 'trip_id', 'TRIP_UNKNOWN', `no trip "${row[id] ?? ''}" in trips.txt`);
    if (startSeconds < 0)
      return errors.add(FILE, line, 'start_time', 'TIME_INVALID', `"${row[start] ?? ''}" is no time of the form HH:MM:SS`);
    if (endSeconds < 0)
      return errors.add(FILE, line, 'end_time', 'TIME_INVALID', `"${row[end] ?? ''}" is no time of the form HH:MM:SS`);
    if (endSeconds < startSeconds)
      return errors.add(FILE, line, 'end_time', 'TIME_DECREASES', 'end_time is before start_time');
    if (headwaySeconds === 0)
      return errors.add(FILE, line, 'headway_secs', 'NUMBER_INVALID', `"${row[headway] ?? ''}" is no positive whole number`);
    frequencies.push({ trip, startSeconds, endSeconds, headwaySeconds, exactTimes: (row[exact] ?? '').trim() === '1' });
  });
  return frequencies;
}
