import { gunzipSync } from 'node:zlib';
import type { Instant } from '@giaolo/chassis/clock';
import Papa from 'papaparse';
import { instantOf } from './zone.ts';

/** One row of a recording; fields as in GTFS-realtime's VehiclePosition. */
export interface RecordedPosition {
  /** In the file, from 1, the header being line 1. */
  readonly line: number;
  readonly at: Instant;
  readonly vehicleId: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly tripId?: string;
  /** YYYYMMDD */
  readonly startDate?: string;
  readonly routeId?: string;
  readonly directionId?: number;
  /** Degrees clockwise from north. */
  readonly bearing?: number;
  /** Metres per second. */
  readonly speed?: number;
}

/** The recording cannot be read; the message names line and column. */
export class RecordingError extends Error {}

const names = {
  vehicleId: ['vehicle.vehicle.id', 'vehicle.id', 'vehicle_id'],
  timestamp: ['vehicle.timestamp', 'timestamp'],
  latitude: ['vehicle.position.latitude', 'position.latitude', 'latitude'],
  longitude: ['vehicle.position.longitude', 'position.longitude', 'longitude'],
  tripId: ['vehicle.trip.trip_id', 'trip.trip_id', 'trip_id'],
  startDate: ['vehicle.trip.start_date', 'trip.start_date', 'start_date'],
  routeId: ['vehicle.trip.route_id', 'trip.route_id', 'route_id'],
  directionId: ['vehicle.trip.direction_id', 'trip.direction_id', 'direction_id'],
  bearing: ['vehicle.position.bearing', 'position.bearing', 'bearing'],
  speed: ['vehicle.position.speed', 'position.speed', 'speed'],
} as const;

type Field = keyof typeof names;
type Columns = Partial<Record<Field, { readonly index: number; readonly name: string }>>;

const needed: readonly Field[] = ['vehicleId', 'timestamp', 'latitude', 'longitude'];

/** The text of a csv file, which may be packed with gzip. */
export const csvText = (bytes: Buffer): string =>
  (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');

/**
 * Reads a recording, oldest first; rows of the same time stay in the order of the file. Columns go by their
 * GTFS-realtime names, with or without the path before them. Times are Unix seconds or ISO 8601; an ISO time
 * without a zone is one of `zone` (IANA name), where the feed is at home. Throws RecordingError.
 */
export function readPositions(csv: string, zone: string): RecordedPosition[] {
  const positions: RecordedPosition[] = [];
  let columns: Columns | undefined;
  let width = 0;
  let line = 1;
  let start = 0;
  Papa.parse<string[]>(csv, {
    delimiter: ',',
    step: ({ data, errors, meta }) => {
      if (errors[0]) throw new RecordingError(`line ${line}: ${errors[0].message}`);
      if (data.length === 1 && data[0]?.trim() === '') {
        // A blank line.
      } else if (!columns) {
        columns = findColumns(data);
        width = data.length;
      } else if (data.length !== width) {
        throw new RecordingError(`line ${line}: ${data.length} fields, where the header has ${width}`);
      } else positions.push(readRow(new Row(data, columns, line), zone));
      line += newlines(csv, start, meta.cursor);
      start = meta.cursor;
    },
  });
  if (!columns) throw new RecordingError('line 1: no header');
  if (positions.length === 0) throw new RecordingError('no positions: the header is all there is');
  return positions.sort((a, b) => a.at - b.at);
}

function findColumns(header: readonly string[]): Columns {
  const index = new Map(header.map((name, i) => [name.trim(), i]));
  const columns: Columns = {};
  for (const field of Object.keys(names) as Field[]) {
    const name = names[field].find((candidate) => index.has(candidate));
    if (name) columns[field] = { index: index.get(name) as number, name };
    else if (needed.includes(field))
      throw new RecordingError(`line 1: no column ${names[field][0]} (or ${names[field].slice(1).join(', ')})`);
  }
  return columns;
}

class Row {
  readonly line: number;
  readonly #cells: readonly string[];
  readonly #columns: Columns;

  constructor(cells: readonly string[], columns: Columns, line: number) {
    this.#cells = cells;
    this.#columns = columns;
    this.line = line;
  }

  text(field: Field): string | undefined {
    const column = this.#columns[field];
    return (column && this.#cells[column.index]?.trim()) || undefined;
  }

  number(field: Field): number | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    const value = Number(text);
    return Number.isFinite(value) ? value : this.fail(field, `"${text}" is not a number`);
  }

  need<T>(field: Field, value: T | undefined): T {
    return value ?? this.fail(field, 'is empty');
  }

  fail(field: Field, what: string): never {
    throw new RecordingError(`line ${this.line}, column ${this.#columns[field]?.name}: ${what}`);
  }
}

function readRow(row: Row, zone: string): RecordedPosition {
  const tripId = row.text('tripId');
  const startDate = readDate(row);
  const routeId = row.text('routeId');
  const directionId = row.number('directionId');
  const bearing = row.number('bearing');
  const speed = row.number('speed');
  return {
    line: row.line,
    at: readTime(row, zone),
    vehicleId: row.need('vehicleId', row.text('vehicleId')),
    latitude: row.need('latitude', row.number('latitude')),
    longitude: row.need('longitude', row.number('longitude')),
    ...(tripId !== undefined && { tripId }),
    ...(startDate !== undefined && { startDate }),
    ...(routeId !== undefined && { routeId }),
    ...(directionId !== undefined && { directionId }),
    ...(bearing !== undefined && { bearing }),
    ...(speed !== undefined && { speed }),
  };
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s?(Z|[+-]\d\d:?\d\d)?$/;

function readTime(row: Row, zone: string): Instant {
  const text = row.need('timestamp', row.text('timestamp'));
  if (/^\d+(\.\d*)?(e\+?\d+)?$/i.test(text)) {
    const seconds = Number(text);
    return seconds < 1e11
      ? Math.round(seconds * 1000)
      : row.fail('timestamp', `"${text}" is not in Unix seconds; in milliseconds?`);
  }
  const match = ISO.exec(text);
  if (!match) return row.fail('timestamp', `"${text}" is neither Unix seconds nor ISO 8601`);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0)) as number[];
  const wall = Date.UTC(year as number, (month as number) - 1, day, hour, minute, second);
  if (new Date(wall).toISOString().slice(0, 16) !== `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}`)
    return row.fail('timestamp', `"${text}" is no time of the calendar`);
  const fraction = Math.floor(Number(`0.${match[7] ?? 0}`) * 1000);
  return (match[8] ? wall - offsetOf(match[8]) : instantOf(zone, wall)) + fraction;
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

function readDate(row: Row): string | undefined {
  // A table with an empty cell in this column is often written with floats: 20260216.0.
  const text = row.text('startDate')?.replace(/\.0$/, '');
  if (text === undefined || /^\d{8}$/.test(text)) return text;
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return iso ? iso.slice(1).join('') : row.fail('startDate', `"${text}" is not a date YYYYMMDD`);
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = text.indexOf('\n', from); i !== -1 && i < to; i = text.indexOf('\n', i + 1)) count++;
  return count;
}
