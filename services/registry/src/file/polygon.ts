import type { Position } from './row.ts';

/**
 * A point inside a polygon, by which it can stand on a map: its centroid, or, where that lies outside (a lot around a
 * corner), the middle of the widest stretch of the polygon at the height of the centroid.
 */
export function representativePoint(corners: readonly Position[]): Position {
  const { latitude, longitude } = centroid(corners);
  const crossings = crossingsAt(corners, latitude);
  let widest = { from: longitude, to: longitude };
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const [from, to] = [crossings[i] as number, crossings[i + 1] as number];
    if (longitude > from && longitude < to) return { latitude, longitude };
    if (to - from > widest.to - widest.from) widest = { from, to };
  }
  return { latitude, longitude: (widest.from + widest.to) / 2 };
}

function centroid(corners: readonly Position[]): Position {
  // From the first corner on: with whole coordinates, the differences that matter would drown.
  const origin = corners[0] as Position;
  let [area, x, y] = [0, 0, 0];
  for (const [i, a] of corners.entries()) {
    const b = corners[(i + 1) % corners.length] as Position;
    const [ax, ay] = [a.longitude - origin.longitude, a.latitude - origin.latitude];
    const [bx, by] = [b.longitude - origin.longitude, b.latitude - origin.latitude];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  if (area === 0) return mean(corners);
  return { latitude: origin.latitude + y / (3 * area), longitude: origin.longitude + x / (3 * area) };
}

const mean = (corners: readonly Position[]): Position => ({
  latitude: corners.reduce((sum, { latitude }) => sum + latitude, 0) / corners.length,
  longitude: corners.reduce((sum, { longitude }) => sum + longitude, 0) / corners.length,
});

/** Where the edge crosses a parallel, from west to east. */
function crossingsAt(corners: readonly Position[], latitude: number): number[] {
  const crossings: number[] = [];
  for (const [i, a] of corners.entries()) {
    const b = corners[(i + 1) % corners.length] as Position;
    if (a.latitude <= latitude === b.latitude <= latitude) continue;
    const share = (latitude - a.latitude) / (b.latitude - a.latitude);
    crossings.push(a.longitude + share * (b.longitude - a.longitude));
  }
  return crossings.sort((a, b) => a - b);
}
