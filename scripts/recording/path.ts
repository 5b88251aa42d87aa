/** [latitude, longitude], degrees. */
export type Place = readonly [number, number];

/** A line on a local plane: metres east and north of `origin`, and metres along at each point. */
export interface Path {
  readonly origin: Place;
  readonly east: Float64Array;
  readonly north: Float64Array;
  readonly along: Float64Array;
  readonly length: number;
}

/** A point on a path: metres from its start, and metres between it and the place that was put there. */
export interface PathPoint {
  readonly distance: number;
  readonly offset: number;
}

const EARTH_RADIUS = 6_371_008.8;
const RADIANS = Math.PI / 180;

const toPlane = ([originLat, originLon]: Place, [lat, lon]: Place): [number, number] => [
  (lon - originLon) * RADIANS * EARTH_RADIUS * Math.cos(originLat * RADIANS),
  (lat - originLat) * RADIANS * EARTH_RADIUS,
];

/** At least one place. Repeated places are taken once: a segment without length has no nearest point. */
export function makePath(line: readonly Place[]): Path {
  const places = line.filter(([lat, lon], i) => lat !== line[i - 1]?.[0] || lon !== line[i - 1]?.[1]);
  const origin = places[Math.floor(places.length / 2)] as Place;
  const east = new Float64Array(places.length);
  const north = new Float64Array(places.length);
  const along = new Float64Array(places.length);
  places.forEach((place, i) => {
    const [x, y] = toPlane(origin, place);
    east[i] = x;
    north[i] = y;
    if (i > 0) along[i] = at(along, i - 1) + Math.hypot(x - at(east, i - 1), y - at(north, i - 1));
  });
  return { origin, east, north, along, length: at(along, places.length - 1) };
}

/**
 * The points of the path that are nearer to `place` than the path just before and after them, within
 * `radius` metres. A path that passes a place twice has two of them.
 */
export function nearPoints(path: Path, place: Place, radius: number): PathPoint[] {
  const [x, y] = toPlane(path.origin, place);
  const points: PathPoint[] = [];
  const last = path.along.length - 2;
  if (last < 0) return [{ distance: 0, offset: Math.hypot(x, y) }].filter(({ offset }) => offset <= radius);
  let endedAtItsEnd = true;
  for (let i = 0; i <= last; i++) {
    const share = nearestShare(path, i, x, y);
    const inside = share > 0 && share < 1;
    // A corner is nearest when the segment before it comes nearest at its end and the one after at its start.
    const atCorner = share <= 0 && endedAtItsEnd;
    const atFinish = share >= 1 && i === last;
    if (inside || atCorner || atFinish) {
      const point = pointAt(path, i, Math.min(1, Math.max(0, share)), x, y);
      if (point.offset <= radius) points.push(point);
    }
    endedAtItsEnd = share >= 1;
  }
  return points;
}

function nearestShare(path: Path, i: number, x: number, y: number): number {
  const dx = at(path.east, i + 1) - at(path.east, i);
  const dy = at(path.north, i + 1) - at(path.north, i);
  return ((x - at(path.east, i)) * dx + (y - at(path.north, i)) * dy) / (dx * dx + dy * dy);
}

function pointAt(path: Path, i: number, share: number, x: number, y: number): PathPoint {
  const east = at(path.east, i) + share * (at(path.east, i + 1) - at(path.east, i));
  const north = at(path.north, i) + share * (at(path.north, i + 1) - at(path.north, i));
  return {
    distance: at(path.along, i) + share * (at(path.along, i + 1) - at(path.along, i)),
    offset: Math.hypot(x - east, y - north),
  };
}

const at = (values: Float64Array, i: number): number => values[i] as number;
