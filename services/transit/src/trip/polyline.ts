/** A line on a local plane, in metres, with the way along it at each point. */
export interface Polyline {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly at: Float64Array;
  readonly length: number;
  readonly plane: Plane;
}

/** Equirectangular around one latitude: true to a few per mille across a city. */
export interface Plane {
  readonly lat: number;
  readonly lon: number;
  readonly metresPerLon: number;
}

/** A place on a line that is nearer than those just before and after it. */
export interface Nearby {
  /** Metres along the line. */
  at: number;
  /** Metres beside it. */
  offset: number;
}

const METRES_PER_LAT = 111_195;

export const eastOf = (plane: Plane, lon: number): number => (lon - plane.lon) * plane.metresPerLon;
export const northOf = (plane: Plane, lat: number): number => (lat - plane.lat) * METRES_PER_LAT;

/** Points that repeat the one before are left out; a line of one point has no length. */
export function polylineOf(lat: ArrayLike<number>, lon: ArrayLike<number>): Polyline {
  const middle = lat[lat.length >> 1] ?? 0;
  const plane = { lat: middle, lon: lon[0] ?? 0, metresPerLon: METRES_PER_LAT * Math.cos((middle / 180) * Math.PI) };
  const x: number[] = [];
  const y: number[] = [];
  const at: number[] = [];
  for (let i = 0; i < lat.length; i++) {
    const east = eastOf(plane, lon[i] as number);
    const north = northOf(plane, lat[i] as number);
    const last = x.length - 1;
    const step = last < 0 ? 0 : Math.hypot(east - (x[last] as number), north - (y[last] as number));
    if (last >= 0 && step < 0.01) continue;
    x.push(east);
    y.push(north);
    at.push(last < 0 ? 0 : (at[last] as number) + step);
  }
  const length = at.at(-1) ?? 0;
  return { x: Float64Array.from(x), y: Float64Array.from(y), at: Float64Array.from(at), length, plane };
}

/** The segment that holds a distance, by bisection. */
function segmentAt({ at }: Polyline, distance: number): number {
  let low = 0;
  let high = at.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((at[middle] as number) <= distance) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Latitude and longitude of the place `distance` metres along the line. */
export function positionAt(line: Polyline, distance: number): { lat: number; lon: number } {
  const [x, y] = pointAt(line, distance);
  return { lat: line.plane.lat + y / METRES_PER_LAT, lon: line.plane.lon + x / line.plane.metresPerLon };
}

/** Metres between a point of the plane and the place `distance` metres along the line. */
export function offsetAt(line: Polyline, distance: number, x: number, y: number): number {
  const [px, py] = pointAt(line, distance);
  return Math.hypot(x - px, y - py);
}

function pointAt(line: Polyline, distance: number): [number, number] {
  if (line.at.length < 2) return [line.x[0] ?? 0, line.y[0] ?? 0];
  const i = segmentAt(line, distance);
  const from = line.at[i] as number;
  const share = Math.min(1, Math.max(0, (distance - from) / ((line.at[i + 1] as number) - from)));
  const x = line.x[i] as number;
  const y = line.y[i] as number;
  return [x + share * ((line.x[i + 1] as number) - x), y + share * ((line.y[i + 1] as number) - y)];
}

// Minima so close along the line are one, seen across the corners of the shape.
const SAME_PLACE = 30;

/**
 * Where a line comes near a point of the plane: once per pass, within `reach` metres, in order along the line.
 * A loop or a way back on the same street gives several.
 */
export function nearbyOn({ x: xs, y: ys, at, length }: Polyline, x: number, y: number, reach: number): Nearby[] {
  const found: Nearby[] = [];
  const reach2 = reach * reach;
  // The line comes nearer up to the corner that is looked at; it does so, in a way, up to its start.
  let isNearing = true;
  for (let i = 0; i + 1 < at.length; i++) {
    const x0 = xs[i] as number;
    const y0 = ys[i] as number;
    const dx = (xs[i + 1] as number) - x0;
    const dy = (ys[i + 1] as number) - y0;
    const from = at[i] as number;
    const step = (at[i + 1] as number) - from;
    const share = ((x - x0) * dx + (y - y0) * dy) / (step * step);
    const isFoot = share > 0 && share < 1;
    if (isFoot || (share <= 0 && isNearing)) {
      const along = isFoot ? share : 0;
      const ox = x0 + along * dx - x;
      const oy = y0 + along * dy - y;
      const square = ox * ox + oy * oy;
      if (square <= reach2) keep(found, from + along * step, Math.sqrt(square));
    }
    isNearing = share >= 1;
  }
  if (isNearing && at.length > 1) {
    const offset = Math.hypot((xs[at.length - 1] as number) - x, (ys[at.length - 1] as number) - y);
    if (offset <= reach) keep(found, length, offset);
  }
  return found;
}

function keep(found: Nearby[], at: number, offset: number): void {
  const last = found[found.length - 1];
  if (!last || at - last.at > SAME_PLACE) found.push({ at, offset });
  else if (offset < last.offset) {
    last.at = at;
    last.offset = offset;
  }
}
