import type { Findings } from './notice.ts';
import { openTable } from './table.ts';
import type { Frequency } from './timetable-data.ts';
import { type Ids, parseCount, parseTime } from './values.ts';
import type { FeedZip } from './zip.ts';

const FILE = 'frequencies.txt';
const COLUMNS = ['trip_id', 'start_time', 'end_time', 'headway_secs'] as const;

/** frequencies.txt, if the feed has it. */
export async function readFrequencies(zip: FeedZip, trips: Ids, findings: Findings): Promise<Frequency[]> {
  const frequencies: Frequency[] = [];
  const table = zip.files.has(FILE) ? await openTable(zip, FILE, COLUMNS, findings.errors) : undefined;
  if (!table) return frequencies;
  const [id, start, end, headway, exact] = table.columns(...COLUMNS, 'exact_times');

  await table.each((row, line) => {
    const refuse = (field: string, code: string, message: string) =>
      findings.errors.add(FILE, line, field, code, message);
    const trip = trips.get(row[id] ?? '');
    if (trip < 0) {
      // Nothing else depends on the row.
      findings.warnings.add(FILE, line, 'trip_id', 'TRIP_UNKNOWN', `no trip "${row[id] ?? ''}" in trips.txt`);
      return;
    }
    const startSeconds = parseTime(row[start] ?? '');
    const endSeconds = parseTime(row[end] ?? '');
    const headwaySeconds = parseCount(row[headway] ?? '') ?? 0;
    if (startSeconds < 0) return refuse('start_time', 'TIME_INVALID', `"${row[start] ?? ''}" is no time (HH:MM:SS)`);
    if (endSeconds < 0) return refuse('end_time', 'TIME_INVALID', `"${row[end] ?? ''}" is no time (HH:MM:SS)`);
    if (endSeconds < startSeconds) return refuse('end_time', 'TIME_DECREASES', 'end_time is before start_time');
    if (headwaySeconds === 0)
      return refuse('headway_secs', 'NUMBER_INVALID', `"${row[headway] ?? ''}" is no positive whole number`);
    frequencies.push({ trip, startSeconds, endSeconds, headwaySeconds, exactTimes: (row[exact] ?? '').trim() === '1' });
  });
  return frequencies;
}
