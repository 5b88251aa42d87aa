/** The one thing that all panes show. Keys are the stable names: `feeds/{feed}/vehicles/{vehicle}`, `lots/{lot}`. */
export type Selection =
  | { readonly kind: 'vehicle'; readonly key: string }
  | { readonly kind: 'lot'; readonly key: string }
  | { readonly kind: 'stop'; readonly feed: string; readonly stopId: string };

export interface MapView {
  readonly zoom: number;
  readonly lat: number;
  readonly lon: number;
}

/** All of a page that can be sent to a colleague; kept in the URL's hash. */
export interface PageView {
  readonly map?: MapView | undefined;
  readonly selection?: Selection | undefined;
  readonly language?: string | undefined;
}

/** `vehicle:feeds/x/vehicles/7`, `lot:lots/a`, `stop:feeds/x/stops/S1` */
export function selectionName(selection: Selection): string {
  if (selection.kind === 'stop') return `stop:${selection.feed}/stops/${selection.stopId}`;
  return `${selection.kind}:${selection.key}`;
}

export function parseSelection(name: string): Selection | undefined {
  const [, kind, key] = /^(vehicle|lot|stop):(.+)$/.exec(name) ?? [];
  if (!key) return undefined;
  if (kind === 'vehicle' || kind === 'lot') return { kind, key };
  const [, feed, stopId] = /^(feeds\/[^/]+)\/stops\/(.+)$/.exec(key) ?? [];
  return feed && stopId ? { kind: 'stop', feed, stopId } : undefined;
}

/** Without the leading `#`. */
export function formatHash({ map, selection, language }: PageView): string {
  const parts: string[] = [];
  if (map) parts.push(`map=${map.zoom.toFixed(2)}/${map.lat.toFixed(5)}/${map.lon.toFixed(5)}`);
  if (selection) parts.push(`sel=${encode(selectionName(selection))}`);
  if (language) parts.push(`lang=${language}`);
  return parts.join('&');
}

/** What cannot be read is left out. */
export function parseHash(hash: string): PageView {
  const fields = new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B'));
  const [zoom, lat, lon] = (fields.get('map') ?? '').split('/').map(Number);
  const map = isPlace(zoom, lat, lon) ? { zoom: zoom as number, lat: lat as number, lon: lon as number } : undefined;
  const language = fields.get('lang') ?? undefined;
  return { map, selection: parseSelection(fields.get('sel') ?? ''), language };
}

function isPlace(zoom = Number.NaN, lat = Number.NaN, lon = Number.NaN): boolean {
  return zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
}

// Names stay readable: only what would end the field is escaped.
const encode = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%3A', ':');
