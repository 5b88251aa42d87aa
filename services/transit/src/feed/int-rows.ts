/** Rows of whole numbers in one growing block: what a large file is held in until it is whole. */
export class IntRows {
  readonly width: number;
  count = 0;
  #values: Int32Array;

  constructor(width: number) {
    this.width = width;
    this.#values = new Int32Array(width * 1024);
  }

  push(a: number, b: number, c: number, d: number, e: number, f = 0): void {
    const at = this.count * this.width;
    if (at + this.width > this.#values.length) {
      const grown = new Int32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    const values = this.#values;
    values[at] = a;
    values[at + 1] = b;
    values[at + 2] = c;
    values[at + 3] = d;
    values[at + 4] = e;
    if (this.width > 5) values[at + 5] = f;
    this.count += 1;
  }

  at(row: number, column: number): number {
    return this.#values[row * this.width + column] as number;
  }

  /** One column of the rows named by `order`, in that order. */
  column(column: number, order: Int32Array): Int32Array {
    const values = new Int32Array(order.length);
    for (let i = 0; i < order.length; i++) values[i] = this.at(order[i] as number, column);
    return values;
  }
}

function isSorted(rows: IntRows, span: Int32Array): boolean {
  for (let i = 1; i < span.length; i++)
    if (rows.at(span[i - 1] as number, SEQUENCE) >= rows.at(span[i] as number, SEQUENCE)) return false;
  return true;
}

/** Columns that every ordered block of rows begins with. */
export const GROUP = 0;
export const SEQUENCE = 1;
export const LINE = 2;

/**
 * Rows by group, and by sequence within a group, whatever order the file had them in: those of group `g` are
 * `order[start[g]]` to before `order[start[g + 1]]`. Calls `onDuplicate` for the line of a sequence met again.
 */
export function orderByGroup(
  rows: IntRows,
  groups: number,
  onDuplicate: (group: number, line: number) => void,
): { start: Int32Array; order: Int32Array } {
  const start = new Int32Array(groups + 1);
  for (let row = 0; row < rows.count; row++) (start[rows.at(row, GROUP) + 1] as number) += 1;
  for (let group = 0; group < groups; group++) (start[group + 1] as number) += start[group] as number;
  const next = start.slice();
  const order = new Int32Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    const group = rows.at(row, GROUP);
    order[next[group] as number] = row;
    (next[group] as number) += 1;
  }
  for (let group = 0; group < groups; group++) {
    const span = order.subarray(start[group], start[group + 1]);
    if (isSorted(rows, span)) continue;
    span.sort((a, b) => rows.at(a, SEQUENCE) - rows.at(b, SEQUENCE) || a - b);
    for (let i = 1; i < span.length; i++) {
      const row = span[i] as number;
      if (rows.at(row, SEQUENCE) === rows.at(span[i - 1] as number, SEQUENCE)) onDuplicate(group, rows.at(row, LINE));
    }
  }
  return { start, order };
}
