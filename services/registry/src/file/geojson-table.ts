import type { Findings } from './findings.ts';
import { representativePoint } from './polygon.ts';
import { clean, MOST_ROWS, noTable, type Position, type Row, type Table } from './row.ts';

const MOST_CORNERS = 500;

interface Shape {
  readonly position: Position;
  readonly outline: readonly Position[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The features of a GeoJSON, their properties as columns, their place as `latitude` and `longitude`. A polygon has a
 * point inside it as its place, and its outer edge as outline.
 */
export function geojsonTable(json: unknown, findings: Findings): Table {
  const features = isRecord(json) && json['type'] === 'FeatureCollection' ? json['features'] : undefined;
  if (!isRecord(json) || !Array.isArray(features)) {
    findings.error(0, '', 'NOT_GEOJSON', 'the file is not a FeatureCollection');
    return noTable;
  }
  if (!/CRS84|4326/.test(written(json['crs'] ?? 'CRS84')))
    findings.error(0, 'crs', 'CRS_UNKNOWN', 'coordinates must be WGS 84');
  if (features.length === 0) findings.error(0, '', 'FILE_EMPTY', 'the file has no features');
  if (features.length > MOST_ROWS)
    findings.error(0, '', 'TOO_MANY_ROWS', `${features.length} features; at most ${MOST_ROWS}`);
  const columns = new Set(['latitude', 'longitude']);
  const rows: Row[] = [];
  for (const [at, feature] of features.slice(0, MOST_ROWS).entries()) {
    const row = rowOf(feature, at + 1, findings);
    if (!row) continue;
    for (const column of row.values.keys()) columns.add(column);
    rows.push(row);
  }
  return { columns: [...columns], header: 0, rows };
}

/** Empty where it is nested deeper than can be written. */
function written(json: unknown): string {
  try {
    return JSON.stringify(json);
  } catch {
    return '';
  }
}

function rowOf(feature: unknown, line: number, findings: Findings): Row | undefined {
  if (!isRecord(feature) || feature['type'] !== 'Feature') {
    findings.error(line, '', 'NOT_A_FEATURE', 'this is not a Feature');
    return undefined;
  }
  const shape = shapeOf(feature['geometry'], line, findings);
  if (!shape) return undefined;
  const values = new Map<string, string>();
  const { properties, id } = feature;
  if (typeof id === 'string' || typeof id === 'number') values.set('id', clean(String(id)));
  if (isRecord(properties))
    for (const [name, value] of Object.entries(properties)) {
      const text = textOf(value);
      if (text === undefined) findings.warn(line, name, 'VALUE_NESTED', 'a property that is an object is not read');
      else values.set(clean(name).toLowerCase(), clean(text));
    }
  values.set('latitude', String(shape.position.latitude));
  values.set('longitude', String(shape.position.longitude));
  return { line, values, outline: shape.outline };
}

/** Undefined for what does not fit into one value. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.every((each) => typeof each !== 'object') ? value.join(';') : undefined;
  return typeof value === 'object' ? undefined : String(value);
}

function shapeOf(geometry: unknown, line: number, findings: Findings): Shape | undefined {
  const { type, coordinates } = isRecord(geometry) ? geometry : {};
  if (type === 'Point') {
    const position = positionOf(coordinates);
    if (position) return { position, outline: [] };
  } else if (type === 'Polygon' && Array.isArray(coordinates)) {
    const outline = ringOf(coordinates[0]);
    if (outline && outline.length > MOST_CORNERS) {
      findings.error(line, 'geometry', 'TOO_MANY_CORNERS', `${outline.length} corners; at most ${MOST_CORNERS}`);
      return undefined;
    }
    if (outline) return { position: representativePoint(outline), outline };
  } else {
    findings.error(line, 'geometry', 'GEOMETRY_UNKNOWN', 'only Point and Polygon can be read');
    return undefined;
  }
  findings.error(line, 'geometry', 'GEOMETRY_MALFORMED', `these are not the coordinates of a ${String(type)}`);
  return undefined;
}

function positionOf(coordinates: unknown): Position | undefined {
  if (!Array.isArray(coordinates)) return undefined;
  const [longitude, latitude] = coordinates;
  return Number.isFinite(longitude) && Number.isFinite(latitude) ? { latitude, longitude } : undefined;
}

/** The corners of a closed ring, without the first again at its end. */
function ringOf(ring: unknown): Position[] | undefined {
  if (!Array.isArray(ring)) return undefined;
  const corners = ring.map(positionOf);
  if (corners.length < 4 || corners.includes(undefined)) return undefined;
  return corners.slice(0, -1) as Position[];
}
