import type { PageNetwork } from '@giaolo/gateway/page-contract';
import type {
  ExpressionSpecification,
  FilterSpecification,
  GeoJSONSourceSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import type { Palette } from './palette.ts';

type Features = Exclude<GeoJSONSourceSpecification['data'], string>;

// Drawn with fonts of the viewer's machine: the page fetches no glyphs.
const FONTS = ['Segoe UI', 'Roboto', 'Noto Sans', 'Liberation Sans', 'Arial'];
// MapLibre reads the weight from the first name.
const SEMIBOLD = ['Segoe UI Semibold', ...FONTS];

const byZoom = (...stops: [zoom: number, value: number][]): ExpressionSpecification => [
  'interpolate',
  ['linear'],
  ['zoom'],
  ...(stops.flat() as [number, number]),
];

const NOTHING: FilterSpecification = ['==', ['get', 'key'], ''];
export const only = (keys: readonly string[]): FilterSpecification => ['in', ['get', 'key'], ['literal', [...keys]]];

/** Routes as quiet lines, stops as small circles, names where there is room. The ground is drawn by another canvas. */
export function networkStyle(palette: Palette): StyleSpecification {
  const empty: GeoJSONSourceSpecification = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } };
  const line = { 'line-cap': 'round', 'line-join': 'round' } as const;
  const halo = { 'text-halo-color': palette.ground, 'text-halo-width': 1.6 };
  const stroke = byZoom([12, 1], [14, 1.6], [17, 2.4]);
  return {
    version: 8,
    sources: { routes: empty, stops: empty },
    layers: [
      {
        id: 'routes-casing',
        type: 'line',
        source: 'routes',
        layout: line,
        paint: { 'line-color': palette.ground, 'line-width': byZoom([9, 2], [13, 6], [17, 12]) },
      },
      {
        id: 'routes',
        type: 'line',
        source: 'routes',
        layout: line,
        paint: { 'line-color': ['get', 'tint'], 'line-width': byZoom([9, 1], [13, 2.6], [17, 6]) },
      },
      {
        id: 'routes-chosen',
        type: 'line',
        source: 'routes',
        filter: NOTHING,
        layout: line,
        paint: { 'line-color': palette.text, 'line-width': byZoom([9, 2], [13, 3.6], [17, 7]), 'line-opacity': 0.75 },
      },
      {
        id: 'stops',
        type: 'circle',
        source: 'stops',
        minzoom: 12,
        paint: {
          'circle-radius': byZoom([12, 1.8], [13, 2.8], [17, 7]),
          'circle-color': palette.ground,
          'circle-stroke-color': palette.muted,
          'circle-stroke-width': stroke,
        },
      },
      {
        id: 'stops-ahead',
        type: 'circle',
        source: 'stops',
        filter: NOTHING,
        paint: {
          'circle-radius': byZoom([10, 1.8], [13, 4], [17, 8]),
          'circle-color': palette.ground,
          'circle-stroke-color': palette.text,
          'circle-stroke-width': byZoom([10, 1.2], [13, 2]),
        },
      },
      {
        id: 'stops-chosen',
        type: 'circle',
        source: 'stops',
        filter: NOTHING,
        paint: {
          'circle-radius': byZoom([10, 5], [13, 7], [17, 10]),
          'circle-color': palette.text,
          'circle-stroke-color': palette.ground,
          'circle-stroke-width': 3,
        },
      },
      {
        id: 'routes-names',
        type: 'symbol',
        source: 'routes',
        minzoom: 10.5,
        layout: {
          'symbol-placement': 'line',
          'symbol-spacing': 320,
          'text-field': ['get', 'name'],
          'text-font': SEMIBOLD,
          'text-size': 12,
          'text-rotation-alignment': 'viewport',
          'text-padding': 12,
        },
        paint: { 'text-color': palette.muted, ...halo, 'text-halo-width': 3 },
      },
      {
        id: 'stops-names',
        type: 'symbol',
        source: 'stops',
        minzoom: 13,
        layout: {
          'text-field': ['get', 'name'],
          'text-font': FONTS,
          'text-size': 12,
          'text-anchor': 'left',
          'text-offset': [0.9, 0],
          'text-max-width': 12,
          'text-justify': 'left',
        },
        paint: { 'text-color': palette.muted, ...halo },
      },
    ],
  };
}

export const routeKey = (feed: string, routeId: string): string => `${feed}/routes/${routeId}`;
export const stopKey = (feed: string, stopId: string): string => `${feed}/stops/${stopId}`;

export function routeFeatures(network: PageNetwork, palette: Palette): Features {
  return {
    type: 'FeatureCollection',
    features: network.feeds.flatMap(({ feed, routes }) =>
      routes.flatMap(({ routeId, shortName, longName, color, paths }) =>
        paths.map((path) => ({
          type: 'Feature' as const,
          properties: {
            key: routeKey(feed, routeId),
            name: shortName || longName,
            tint: tint(color, palette.route),
          },
          geometry: { type: 'LineString' as const, coordinates: path },
        })),
      ),
    ),
  };
}

export function stopFeatures(network: PageNetwork): Features {
  return {
    type: 'FeatureCollection',
    features: network.feeds.flatMap(({ feed, stops }) =>
      stops.map(({ stopId, name, lat, lon }) => ({
        type: 'Feature' as const,
        properties: { key: stopKey(feed, stopId), feed, stopId, name },
        geometry: { type: 'Point' as const, coordinates: [lon, lat] },
      })),
    ),
  };
}

/** A breath of the route's own colour over the neutral one: strong colours are for what is abnormal. */
export function tint(color: string, neutral: string): string {
  if (!/^[0-9a-f]{6}$/i.test(color)) return neutral;
  const part = (hex: string, at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  const mixed = [0, 2, 4].map((at) => Math.round(part(neutral.replace('#', ''), at) * 0.72 + part(color, at) * 0.28));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
