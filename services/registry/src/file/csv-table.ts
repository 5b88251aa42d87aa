import type { Findings } from './findings.ts';
import { clean, MOST_COLUMNS, MOST_ROWS, noTable, type Row, type Table } from './row.ts';

/** The lines of a CSV, cut into values, under the names that its first line gives. */
export function csvTable(lines: readonly (readonly string[])[], findings: Findings): Table {
  const [header, ...rest] = lines;
  const columns = (header ?? []).map((name) => clean(name).toLowerCase());
  if (columns.every((name) => name === '')) {
    findings.error(0, '', 'FILE_EMPTY', 'the file has no header');
    return noTable;
  }
  if (columns.length > MOST_COLUMNS) {
    findings.error(1, '', 'TOO_MANY_COLUMNS', `${columns.length} columns; at most ${MOST_COLUMNS}`);
    return noTable;
  }
  for (const [place, name] of columns.entries())
    if (name !== '' && columns.indexOf(name) !== place)
      findings.error(1, name, 'COLUMN_DUPLICATE', `the column ${name} is there twice`);
  const rows: Row[] = [];
  let next = 1 + height(header ?? []);
  for (const values of rest) {
    const line = next;
    next += height(values);
    if (values.every((value) => value.trim() === '')) continue;
    if (values.slice(columns.length).some((value) => value.trim() !== ''))
      findings.error(line, '', 'ROW_TOO_LONG', `${values.length} values under ${columns.length} columns`);
    rows.push({ line, values: new Map(columns.map((name, i) => [name, clean(values[i] ?? '')])), outline: [] });
  }
  if (rows.length > MOST_ROWS) findings.error(0, '', 'TOO_MANY_ROWS', `${rows.length} rows; at most ${MOST_ROWS}`);
  return { columns: columns.filter((name) => name !== ''), header: 1, rows: rows.slice(0, MOST_ROWS) };
}

/** How many lines of the file a row takes: a value in quotes may hold line feeds. */
function height(row: readonly string[]): number {
  let lines = 1;
  for (const value of row) for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
