import Papa from 'papaparse';
import type { NoticeList } from './notice.ts';
import { type Slice, slices } from './slices.ts';
import type { FeedZip } from './zip.ts';

/** One csv file of the feed, read row by row. */
export interface Table {
  readonly file: string;
  /** Places of columns in a row; -1 for those that the file does not have. */
  columns<const Names extends readonly string[]>(...names: Names): { [Name in keyof Names]: number };
  /** Calls `onRow` for each row that is not blank; `line` is where the row starts. Yields between slices of the file. */
  each(onRow: (row: readonly string[], line: number) => void): Promise<void>;
}

/** Reports an empty file or missing columns, and then answers undefined. */
export async function openTable(
  zip: FeedZip,
  file: string,
  required: readonly string[],
  errors: NoticeList,
): Promise<Table | undefined> {
  const rest = slices(file, zip.read(file), errors);
  const first = await rest.next();
  const rows = first.done ? [] : parse(file, first.value, errors);
  const header = rows.shift()?.map((name) => name.trim());
  if (first.done || !header || header.every((name) => name === '')) {
    errors.add(file, 0, '', 'FILE_EMPTY', 'the file has no header');
    await rest.return();
    return undefined;
  }
  const columns = new Map<string, number>();
  header.forEach((name, place) => {
    if (columns.has(name)) errors.add(file, 1, name, 'COLUMN_DUPLICATE', `the column ${name} is there twice`);
    else columns.set(name, place);
  });
  const missing = required.filter((name) => !columns.has(name));
  for (const name of missing) errors.add(file, 1, name, 'COLUMN_MISSING', `the column ${name} is missing`);
  if (missing.length > 0) {
    await rest.return();
    return undefined;
  }

  return {
    file,
    columns: <const Names extends readonly string[]>(...names: Names) =>
      names.map((name) => columns.get(name) ?? -1) as { [Name in keyof Names]: number },
    each: async (onRow) => {
      const visit = rowVisitor(file, header.length, errors, onRow);
      visit(rows, first.value, 1);
      for await (const slice of rest) visit(parse(file, slice, errors), slice, 0);
    },
  };
}

type Visit = (rows: readonly (readonly string[])[], slice: Slice, linesBefore: number) => void;

function rowVisitor(
  file: string,
  width: number,
  errors: NoticeList,
  onRow: (row: readonly string[], line: number) => void,
): Visit {
  return (rows, slice, linesBefore) => {
    const maySpanLines = slice.text.includes('"');
    let next = slice.firstLine + linesBefore;
    for (const row of rows) {
      const line = next;
      next += maySpanLines ? linesOf(row) : 1;
      if (row.length === 1 && row[0]?.trim() === '') continue;
      if (row.length > width && row.slice(width).some((value) => value.trim() !== ''))
        errors.add(file, line, '', 'ROW_TOO_LONG', `${row.length} values under ${width} columns`);
      onRow(row, line);
    }
  };
}

function linesOf(row: readonly string[]): number {
  let lines = 1;
  for (const value of row) for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function parse(file: string, slice: Slice, errors: NoticeList): string[][] {
  const text = slice.text.endsWith('\n') ? slice.text.slice(0, -1) : slice.text;
  const parsed = Papa.parse<string[]>(text, { delimiter: ',', newline: '\n', fastMode: !text.includes('"') });
  for (const { row, message } of parsed.errors)
    errors.add(file, slice.firstLine + (row ?? 0), '', 'CSV_MALFORMED', message);
  return parsed.data;
}
