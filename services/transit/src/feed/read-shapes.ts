import type { Findings } from './notice.ts';
import { IntRows, orderByGroup } from './int-rows.ts';
import { openTable } from './table.ts';
import type { Shapes } from './timetable-data.ts';
import { Ids, parseCount, parseDegrees } from './values.ts';
import type { FeedZip } from './zip.ts';

const FILE = 'shapes.txt';
// Coordinates as whole numbers of a centimetre's size.
const UNITS_PER_DEGREE = 1e7;

/** shapes.txt, if the feed has it: the lines that vehicles follow. */
export async function readShapes(zip: FeedZip, { errors }: Findings): Promise<Shapes & { places: Ids }> {
  const places = new Ids();
  const points = new IntRows(5);
  const columns = ['shape_id', 'shape_pt_sequence', 'shape_pt_lat', 'shape_pt_lon'];
  const table = zip.files.has(FILE) ? await openTable(zip, FILE, columns, errors) : undefined;
  const [id, sequence, lat, lon] = columns.map((name) => table?.column(name)) as [number, number, number, number];
  let lastId = '';
  let shape = -1;

  await table?.each((row, line) => {
    const shapeId = row[id] ?? '';
    if (shapeId.trim() === '') return errors.add(FILE, line, 'shape_id', 'VALUE_MISSING', 'shape_id is empty');
    if (shapeId !== lastId || shape < 0) {
      shape = places.get(shapeId);
      if (shape < 0) shape = places.add(shapeId);
      lastId = shapeId;
    }
    const order = parseCount(row[sequence] ?? '');
    const latitude = parseDegrees(row[lat], 90);
    const longitude = parseDegrees(row[lon], 180);
    if (order === undefined)
      return errors.add(FILE, line, 'shape_pt_sequence', 'NUMBER_INVALID', `"${row[sequence]}" is no whole number`);
    if (latitude === undefined)
      return errors.add(FILE, line, 'shape_pt_lat', 'COORDINATE_INVALID', `"${row[lat]}" is not between -90 and 90`);
    if (longitude === undefined)
      return errors.add(FILE, line, 'shape_pt_lon', 'COORDINATE_INVALID', `"${row[lon]}" is not between -180 and 180`);
    points.push(
      shape,
      order,
      line,
      Math.round(latitude * UNITS_PER_DEGREE),
      Math.round(longitude * UNITS_PER_DEGREE),
    );
  });

  const { start, order } = orderByGroup(points, places.all.length, (_, line) =>
    errors.add(FILE, line, 'shape_pt_sequence', 'SEQUENCE_DUPLICATE', 'the shape has this shape_pt_sequence twice'),
  );
  return {
    places,
    ids: places.all,
    start,
    lat: Float64Array.from(order, (point) => points.at(point, 3) / UNITS_PER_DEGREE),
    lon: Float64Array.from(order, (point) => points.at(point, 4) / UNITS_PER_DEGREE),
  };
}
