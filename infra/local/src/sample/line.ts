import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Degrees. */
export interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** Metres from the start of a way, and where that is. */
interface Vertex extends Place {
  readonly distance: number;
}

export interface LineStop {
  readonly stopId: string;
  /** Metres from the start of the way. */
  readonly distance: number;
  /** Seconds after the trip's departure. */
  readonly arrives: number;
  readonly departs: number;
}

/** The line in one direction. */
export interface Way {
  readonly directionId: 0 | 1;
  readonly shapeId: string;
  readonly vertices: readonly Vertex[];
  readonly stops: readonly LineStop[];
}

export const routeId = 'M1';

/** Of a trip from end to end; the rest of each half hour a bus waits there. */
export const RUN_SECONDS = 24 * 60;
const DWELL_SECONDS = 20;
const METRES_PER_DEGREE = 111_195;

export const gtfsDir = join(import.meta.dirname, '../../sample/gtfs');

/** Rows of one of our own files, in which no value holds a comma. */
function rows(file: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(join(gtfsDir, file), 'utf8').trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i], value])));
}

/** East and north of `from`, in metres; good to a few metres in ten kilometres. */
function step(from: Place, to: Place): readonly [number, number] {
  const east = (to.lon - from.lon) * Math.cos((from.lat * Math.PI) / 180) * METRES_PER_DEGREE;
  return [east, (to.lat - from.lat) * METRES_PER_DEGREE];
}

const metres = (from: Place, to: Place): number => Math.hypot(...step(from, to));

/** Both ways of the sample's line, out first. */
export function readLine(): readonly [Way, Way] {
  const shapes = rows('shapes.txt');
  const stops = rows('stops.txt').map((row) => ({
    stopId: row['stop_id'] as string,
    lat: Number(row['stop_lat']),
    lon: Number(row['stop_lon']),
  }));
  const way = (directionId: 0 | 1, shapeId: string, order: typeof stops): Way => {
    const points = shapes.filter((row) => row['shape_id'] === shapeId);
    const vertices = measured(
      points.map((row) => ({ lat: Number(row['shape_pt_lat']), lon: Number(row['shape_pt_lon']) })),
    );
    return { directionId, shapeId, vertices, stops: timed(vertices, order) };
  };
  return [way(0, 'm1-out', stops), way(1, 'm1-back', stops.toReversed())];
}

function measured(places: readonly Place[]): Vertex[] {
  let distance = 0;
  return places.map((place, i) => {
    distance += metres(places[i - 1] ?? place, place);
    return { ...place, distance };
  });
}

/** Stops at their nearest vertex: each stands beside one. */
function timed(vertices: readonly Vertex[], stops: readonly (Place & { stopId: string })[]): LineStop[] {
  const length = vertices.at(-1)?.distance ?? 0;
  const driving = RUN_SECONDS - DWELL_SECONDS * (stops.length - 2);
  return stops.map((stop, i) => {
    const distance = vertices.reduce((a, b) => (metres(stop, b) < metres(stop, a) ? b : a)).distance;
    const arrives = Math.round((distance / length) * driving) + DWELL_SECONDS * Math.max(0, i - 1);
    const isEnd = i === 0 || i === stops.length - 1;
    return { stopId: stop.stopId, distance, arrives, departs: isEnd ? arrives : arrives + DWELL_SECONDS };
  });
}

/** Where `distance` metres along the way is, and which way it leads there (degrees clockwise from north). */
export function placeOn({ vertices }: Way, distance: number): Place & { bearing: number } {
  const last = vertices.length - 1;
  const found = vertices.findIndex((vertex) => vertex.distance > distance);
  const next = Math.max(1, found === -1 ? last : found);
  const [from, to] = [vertices[next - 1] as Vertex, vertices[next] as Vertex];
  const share = Math.min(1, Math.max(0, (distance - from.distance) / (to.distance - from.distance)));
  const [east, north] = step(from, to);
  return {
    lat: from.lat + (to.lat - from.lat) * share,
    lon: from.lon + (to.lon - from.lon) * share,
    bearing: ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360,
  };
}
