import type { Instant } from '@giaolo/chassis/clock';
import type { Outcome, Sent } from './ledger.ts';
import type { RecordedPosition } from './positions.ts';
import type { Publication } from './published.ts';
import type { Arrival } from './truth.ts';

type Cell = string | number;

/** Unix seconds; milliseconds as decimals. */
const unix = (at: Instant): number => Math.round(at) / 1000;

const CHUNK_ROWS = 1_000;

/** In chunks of many lines: a stream of single ones takes a minute for a million. */
function* lines(header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  let chunk = [header.join(',')];
  for (const row of rows) {
    chunk.push(row.map(quoted).join(','));
    if (chunk.length < CHUNK_ROWS) continue;
    yield `${chunk.join('\n')}\n`;
    chunk = [];
  }
  if (chunk.length > 0) yield `${chunk.join('\n')}\n`;
}

const quoted = (cell: Cell): Cell =>
  typeof cell === 'string' && /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** One row per stop of every published prediction; without quantiles, as the platform publishes none. */
export const predictionLines = (publications: Iterable<Publication>): Iterable<string> =>
  lines(
    [
      'predicted_at',
      'trip_id',
      'start_date',
      'vehicle_id',
      'stop_id',
      'stop_sequence',
      'predicted_arrival',
      'p10',
      'p90',
      'model',
    ],
    predictionRows(publications),
  );

function* predictionRows(publications: Iterable<Publication>): Generator<Cell[]> {
  for (const { tripId, startDate, vehicleId, observedAt, model, stopIds, stopSequences, predictedAt } of publications)
    for (const [i, stopId] of stopIds.entries())
      yield [
        unix(observedAt),
        tripId,
        startDate,
        vehicleId,
        stopId,
        stopSequences[i] ?? '',
        unix(predictedAt[i] ?? Number.NaN),
        '',
        '',
        model,
      ];
}

export const arrivalLines = (arrivals: readonly Arrival[]): Iterable<string> =>
  lines(
    ['trip_id', 'start_date', 'vehicle_id', 'stop_id', 'stop_sequence', 'arrival', 'gap_seconds'],
    arrivals.map(({ tripId, startDate, vehicleId, stopId, stopSequence, at, gapSeconds }) => [
      tripId,
      startDate,
      vehicleId,
      stopId,
      stopSequence,
      unix(at),
      gapSeconds,
    ]),
  );

/** One row per position of the recording. The trip is the one that was reported: it is either on it, or not. */
export const matchLines = (sent: readonly Sent[]): Iterable<string> =>
  lines(
    ['timestamp', 'vehicle_id', 'trip_id', 'route_id', 'direction_id', 'state', 'confidence'],
    sent.map(({ position, outcome }) => matchRow(position, outcome)),
  );

function matchRow(
  { at, vehicleId, tripId, routeId, directionId }: RecordedPosition,
  outcome: Outcome | undefined,
): Cell[] {
  const state = outcome?.kind === 'placed' ? 'in_progress' : outcome?.reason === 'OFF_ROUTE' ? 'off_route' : 'unknown';
  return [unix(at), vehicleId, tripId ?? '', routeId ?? '', directionId ?? '', state, state === 'in_progress' ? 1 : 0];
}
