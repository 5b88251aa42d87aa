import { IntRows, orderByGroup } from './int-rows.ts';
import type { Findings, NoticeList } from './notice.ts';
import { openTable } from './table.ts';
import type { Shapes } from './timetable-data.ts';
import { Ids, parseCount, parseDegrees } from './values.ts';
import type { FeedZip } from './zip.ts';

const FILE = 'shapes.txt';
const COLUMNS = ['shape_id', 'shape_pt_sequence', 'shape_pt_lat', 'shape_pt_lon'] as const;
// Coordinates as whole numbers of a centimetre's size.
const UNITS_PER_DEGREE = 1e7;
const LAT = 3;
const LON = 4;

/** shapes.txt, if the feed has it: the lines that vehicles follow. */
export async function readShapes(zip: FeedZip, { errors }: Findings): Promise<{ ids: Ids; shapes: Shapes }> {
  const ids = new Ids();
  const points = new IntRows(5);
  if (zip.files.has(FILE)) await readPoints(zip, ids, points, errors);
  const { start, order } = orderByGroup(points, ids.all.length, (_, line) =>
    errors.add(FILE, line, 'shape_pt_sequence', 'SEQUENCE_DUPLICATE', 'the shape has this shape_pt_sequence twice'),
  );
  const lat = Float64Array.from(points.column(LAT, order), (value) => value / UNITS_PER_DEGREE);
  const lon = Float64Array.from(points.column(LON, order), (value) => value / UNITS_PER_DEGREE);
  return { ids, shapes: { ids: ids.all, start, lat, lon } };
}

async function readPoints(zip: FeedZip, ids: Ids, points: IntRows, errors: NoticeList): Promise<void> {
  const table = await openTable(zip, FILE, COLUMNS, errors);
  if (!table) return;
  const [id, sequence, lat, lon] = table.columns(...COLUMNS);
  let lastId = '';
  let shape = -1;
  await table.each((row, line) => {
    const refuse = (field: string, code: string, message: string) => errors.add(FILE, line, field, code, message);
    const shapeId = row[id] ?? '';
    if (shapeId.trim() === '') return refuse('shape_id', 'VALUE_MISSING', 'shape_id is empty');
    // Points of a shape nearly always follow each other.
    if (shapeId !== lastId) {
      shape = ids.get(shapeId);
      if (shape < 0) shape = ids.add(shapeId);
      lastId = shapeId;
    }
    const order = parseCount(row[sequence] ?? '');
    const latitude = parseDegrees(row[lat], 90);
    const longitude = parseDegrees(row[lon], 180);
    if (order === undefined)
      return refuse('shape_pt_sequence', 'NUMBER_INVALID', `"${row[sequence] ?? ''}" is no whole number`);
    if (latitude === undefined)
      return refuse('shape_pt_lat', 'COORDINATE_INVALID', `"${row[lat] ?? ''}" is not between -90 and 90`);
    if (longitude === undefined)
      return refuse('shape_pt_lon', 'COORDINATE_INVALID', `"${row[lon] ?? ''}" is not between -180 and 180`);
    points.push(shape, order, line, Math.round(latitude * UNITS_PER_DEGREE), Math.round(longitude * UNITS_PER_DEGREE));
  });
}
