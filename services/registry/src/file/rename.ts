import type { Findings } from './findings.ts';
import type { Table } from './row.ts';

/** The table under our names of columns; `columns` says what the file calls them. */
export function renamed(table: Table, columns: Readonly<Record<string, string>>, findings: Findings): Table {
  const ours = new Map<string, string>();
  for (const [our, their] of Object.entries(columns)) {
    const name = their.normalize('NFC').trim().toLowerCase();
    ours.set(name, our);
    if (!table.columns.includes(name))
      findings.error(
        table.header,
        our,
        'COLUMN_MISSING',
        `the column ${their}, which is to be read as ${our}, is missing`,
      );
  }
  if (ours.size === 0) return table;
  const taken = new Set(ours.values());
  // A column that is read as something else does not count under its own name too.
  const nameOf = (name: string): string | undefined => ours.get(name) ?? (taken.has(name) ? undefined : name);
  const keep = ([name, value]: [string, string]): [string, string][] => {
    const our = nameOf(name);
    return our === undefined ? [] : [[our, value]];
  };
  return {
    header: table.header,
    columns: table.columns.flatMap((name) => nameOf(name) ?? []),
    rows: table.rows.map((row) => ({ ...row, values: new Map([...row.values].flatMap(keep)) })),
  };
}
