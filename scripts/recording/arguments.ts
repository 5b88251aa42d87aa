import { parseArgs } from 'node:util';
import { Trouble } from '@giaolo/local/trouble';
import type { Speed } from './pace.ts';

export const usage = `Plays a recording of vehicle positions through the platform's gRPC interface and compares its predictions with
what really happened.

  scripts/replay GTFS.zip POSITIONS.csv [options]

  POSITIONS.csv       columns by their GTFS-realtime names (vehicle.trip.trip_id, trip.trip_id or trip_id ...), times
                      in Unix seconds or ISO 8601 (without a zone: the feed's own); may be packed with gzip
  --speed N|max       N times as fast as recorded; max (default): as fast as the platform follows
  --platform FILE     the platform.json of a running platform; by default that of this checkout. It is used when it
                      runs on a recording's clock; otherwise a private platform is started, and ended afterwards
  --predictions FILE  csv of every published prediction
  --arrivals FILE     csv of the true arrivals, derived from the recording
  --matches FILE      csv of what became of every position
  --json FILE         the result as JSON
`;

export interface Arguments {
  readonly gtfs: string;
  readonly positions: string;
  readonly speed: Speed;
  readonly platform?: string;
  readonly predictions?: string;
  readonly arrivals?: string;
  readonly matches?: string;
  readonly json?: string;
}

/** The command line cannot be understood. */
export class UsageError extends Trouble {}

const file = { type: 'string' } as const;
const options = {
  speed: { type: 'string', default: 'max' },
  platform: file,
  predictions: file,
  arrivals: file,
  matches: file,
  json: file,
  help: { type: 'boolean', short: 'h' },
} as const;

/** `undefined` when help is asked for. Throws UsageError. */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parse(args);
  const { help, speed, ...files } = values;
  if (help) return undefined;
  const [gtfs, positions, ...more] = positionals;
  if (gtfs === undefined || positions === undefined || more.length > 0)
    throw new UsageError('a GTFS zip and a csv of positions are needed');
  return { gtfs, positions, speed: readSpeed(speed), ...files };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readSpeed(text: string): Speed {
  const speed = Number(text);
  if (text === 'max') return text;
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new UsageError(`--speed is a number above 0, or max: not "${text}"`);
}
