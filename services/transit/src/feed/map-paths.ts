import type { Timetable } from './timetable.ts';

/** Longitude and latitude, degrees. */
export type LonLat = [number, number];

/** The distinct lines that a route's trips take, the most used first: shapes, or else straight lines between stops. */
export function routePaths({ data }: Timetable, route: number): LonLat[][] {
  const { trips, patterns, shapes, stops } = data;
  const uses = new Map<string, { trip: number; count: number }>();
  trips.route.forEach((ofRoute, trip) => {
    if (ofRoute !== route) return;
    const shape = trips.shape[trip] as number;
    const key = shape >= 0 ? `shape ${shape}` : `pattern ${trips.pattern[trip]}`;
    const use = uses.get(key);
    if (use) use.count += 1;
    else uses.set(key, { trip, count: 1 });
  });

  const paths = new Map<string, LonLat[]>();
  for (const { trip } of [...uses.values()].sort((a, b) => b.count - a.count)) {
    const shape = trips.shape[trip] as number;
    const pattern = trips.pattern[trip] as number;
    const path: LonLat[] =
      shape >= 0
        ? span(shapes.start, shape, (i) => [shapes.lon[i] as number, shapes.lat[i] as number])
        : span(patterns.start, pattern, (i) => {
            const stop = stops[patterns.stop[i] as number];
            return [stop?.lon ?? 0, stop?.lat ?? 0];
          });
    // Feeds repeat the same line under many shape ids.
    if (path.length > 1) paths.set(path.join(' '), path);
  }
  return [...paths.values()];
}

function span(start: Int32Array, place: number, point: (i: number) => LonLat): LonLat[] {
  const from = start[place] as number;
  return Array.from({ length: (start[place + 1] as number) - from }, (_, i) => point(from + i));
}
