export type Position = { readonly latitude: number; readonly longitude: number };

/** One line of a CSV or one feature of a GeoJSON: what it says under each column, trimmed, in NFC. */
export interface Row {
  readonly line: number;
  readonly values: ReadonlyMap<string, string>;
  /** Corners of a polygon; empty where there is none. */
  readonly outline: readonly Position[];
}

export interface Table {
  readonly columns: readonly string[];
  /** The line that names them; 0 where none does. */
  readonly header: number;
  readonly rows: readonly Row[];
}

export const noTable: Table = { columns: [], header: 0, rows: [] };

export const MOST_ROWS = 50_000;
export const MOST_COLUMNS = 200;

/** Text as we keep it: people write the same letters in more than one way. */
export const clean = (text: string): string => text.normalize('NFC').trim();
