import { type Findings, type Notice, NoticeList, TripFindings } from './notice.ts';
import { findPatterns } from './patterns.ts';
import { readAgencies } from './read-agencies.ts';
import { readFrequencies } from './read-frequencies.ts';
import { readRoutes } from './read-routes.ts';
import { readServices } from './read-services.ts';
import { readShapes } from './read-shapes.ts';
import { readStopTimes } from './read-stop-times.ts';
import { readStops, warnOfUnused } from './read-stops.ts';
import { readTrips, type TripRows } from './read-trips.ts';
import { openTable } from './table.ts';
import { Timetable } from './timetable.ts';
import type { Frequency, Patterns, StopTimes, TimetableData, Trips } from './timetable-data.ts';
import { orderStopTimes, type TripTimes } from './trip-times.ts';
import { ownCopy } from './values.ts';
import { type FeedZip, openZip, ZipError } from './zip.ts';

export type FeedAnswer<Feed> =
  | { readonly ok: true; readonly feed: Feed; readonly warnings: Notice[] }
  | { readonly ok: false; readonly errors: Notice[]; readonly warnings: Notice[] };

/** Imports a GTFS zip; refuses it as a whole when it holds an error. Never throws for what is in the zip. */
export async function readFeed(zipBytes: Buffer): Promise<FeedAnswer<Timetable>> {
  const answer = await readFeedData(zipBytes);
  return answer.ok ? { ...answer, feed: new Timetable(answer.feed) } : answer;
}

/** The same for a worker thread: the answer is plain data, and the other side makes a `Timetable` of it. */
export async function readFeedData(zipBytes: Buffer): Promise<FeedAnswer<TimetableData>> {
  const findings: Findings = { errors: new NoticeList(), warnings: new NoticeList(), trips: new TripFindings() };
  const { errors, warnings } = findings;
  let feed: TimetableData | undefined;
  try {
    const zip = await openZip(zipBytes);
    if (zip.trailingBytes > 0)
      warnings.add('', 0, '', 'ZIP_TRAILING_BYTES', `${zip.trailingBytes} bytes after the end of the zip are not read`);
    if (hasRequiredFiles(zip, errors)) feed = await readFiles(zip, findings);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    errors.add('', 0, '', error.code, error.message);
  }
  if (feed && errors.isEmpty) return { ok: true, feed, warnings: warnings.toArray() };
  return { ok: false, errors: errors.toArray(), warnings: warnings.toArray() };
}

const REQUIRED_FILES = ['agency.txt', 'stops.txt', 'routes.txt', 'trips.txt', 'stop_times.txt'];

function hasRequiredFiles({ files, inFolders }: FeedZip, errors: NoticeList): boolean {
  const missing = REQUIRED_FILES.filter((file) => !files.has(file));
  const folder = inFolders.find((name) => missing.some((file) => name.endsWith(`/${file}`)))?.replace(/[^/]*$/, '');
  if (missing.length === REQUIRED_FILES.length && folder) {
    errors.add('', 0, '', 'FILES_IN_FOLDER', `the files lie in the folder ${folder} of the zip, not at its top`);
    return false;
  }
  for (const file of missing) errors.add(file, 0, '', 'FILE_MISSING', `${file} is not in the zip`);
  return missing.length === 0;
}

async function readFiles(zip: FeedZip, findings: Findings): Promise<TimetableData> {
  const { agencies, timeZone } = await readAgencies(zip, findings);
  const stops = await readStops(zip, findings);
  const routes = await readRoutes(zip, agencies, findings);
  const services = await readServices(zip, findings);
  const { ids: shapeIds, shapes } = await readShapes(zip, findings);
  const tripRows = await readTrips(zip, { routes, services, shapes: shapeIds }, findings);
  const frequencies = await readFrequencies(zip, tripRows.ids, findings);
  const rows = await readStopTimes(zip, { trips: tripRows.ids, stops }, findings);

  const routeOf = (trip: number) => routes.routes[tripRows.route[trip] ?? -1];
  const times = await orderStopTimes(rows, { ids: tripRows.ids.all, routeOf }, stops.stops, findings);
  findings.trips.settle(tripRows.ids.all.length, findings);
  await new Promise(setImmediate);
  const { of, ...patterns } = findPatterns(rows, times);
  const used = new Uint8Array(stops.stops.length);
  for (const stop of patterns.stop) used[stop] = 1;
  warnOfUnused(stops, used, findings.warnings);
  return {
    timeZone,
    agencies,
    version: await readVersion(zip, findings),
    routes: routes.routes,
    stops: stops.stops,
    services: services.services,
    shapes,
    ...withoutStubs(tripRows, times, patterns, of, frequencies, findings),
  };
}

/** Leaves out trips with fewer than two stops: there is nowhere for them to go. */
function withoutStubs(
  rows: TripRows,
  times: TripTimes,
  patterns: Patterns,
  patternOf: Int32Array,
  frequencies: readonly Frequency[],
  { warnings, trips: { broken } }: Findings,
): { trips: Trips; patterns: Patterns; stopTimes: StopTimes; frequencies: Frequency[] } {
  const kept: number[] = [];
  const placeOf = new Map<number, number>();
  rows.ids.all.forEach((tripId, trip) => {
    const stops = (times.start[trip + 1] as number) - (times.start[trip] as number);
    if (broken.has(tripId)) return;
    if (stops >= 2) placeOf.set(trip, kept.push(trip) - 1);
    else {
      const message = `trip "${tripId}" has ${stops === 0 ? 'no stop' : 'only one stop'} and is left out`;
      warnings.add('trips.txt', rows.line[trip] ?? 0, 'trip_id', 'TRIP_WITHOUT_STOPS', message);
    }
  });
  const column = (values: ArrayLike<number>) => Int32Array.from(kept, (trip) => values[trip] as number);
  return {
    trips: {
      ids: kept.map((trip) => rows.ids.all[trip] as string),
      route: column(rows.route),
      service: column(rows.service),
      shape: column(rows.shape),
      pattern: column(patternOf),
      firstStopTime: column(times.start),
      headsign: column(rows.headsign),
      block: column(rows.block),
      texts: rows.texts.all,
    },
    patterns,
    stopTimes: { arrival: times.arrival, departure: times.departure },
    frequencies: frequencies.flatMap((frequency) => {
      const trip = placeOf.get(frequency.trip);
      return trip === undefined ? [] : [{ ...frequency, trip }];
    }),
  };
}

async function readVersion(zip: FeedZip, { warnings }: Findings): Promise<string> {
  let version = '';
  const table = zip.files.has('feed_info.txt') ? await openTable(zip, 'feed_info.txt', [], warnings) : undefined;
  if (!table) return version;
  const [column] = table.columns('feed_version');
  await table.each((row) => {
    version ||= ownCopy(row[column] ?? '');
  });
  return version;
}
