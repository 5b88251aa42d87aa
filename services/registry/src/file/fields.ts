import type { Findings } from './findings.ts';
import type { Row } from './row.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** Whether a text is a day of the calendar, YYYY-MM-DD. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** The values of one row, read as what they should be; what is not is a finding, and something stands in for it. */
export class Fields {
  readonly line: number;
  readonly #row: Row;
  readonly #findings: Findings;

  constructor(row: Row, findings: Findings) {
    this.line = row.line;
    this.#row = row;
    this.#findings = findings;
  }

  raw(column: string): string {
    return this.#row.values.get(column) ?? '';
  }

  text(column: string, longest = 200): string {
    const text = this.raw(column);
    if (text.length > longest) this.error(column, 'VALUE_TOO_LONG', `must be at most ${longest} characters`);
    return text.slice(0, longest);
  }

  required(column: string, longest = 200): string {
    if (this.raw(column) === '') this.error(column, 'VALUE_MISSING', 'must not be empty');
    return this.text(column, longest);
  }

  /** Empty where there is none. */
  date(column: string): string {
    const text = this.raw(column);
    if (text === '' || isDate(text)) return text;
    this.error(column, 'DATE_INVALID', `"${text}" is not a day written YYYY-MM-DD`);
    return '';
  }

  number(column: string, least: number, most: number): number {
    const text = this.raw(column);
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.error(column, 'NUMBER_INVALID', `"${text}" is not a number from ${least} to ${most}`);
    return least;
  }

  whole(column: string, least: number, most: number): number {
    const value = this.number(column, least, most);
    if (Number.isInteger(value)) return value;
    this.error(column, 'NUMBER_INVALID', `"${this.raw(column)}" is not a whole number`);
    return least;
  }

  wholeOr(column: string, otherwise: number, least: number, most: number): number {
    return this.raw(column) === '' ? otherwise : this.whole(column, least, most);
  }

  /** One of the words that are known; empty where there is none. */
  word<const Word extends string>(column: string, words: readonly Word[]): Word | '' {
    const text = this.raw(column).toLowerCase();
    if (text === '') return '';
    const known = words.find((word) => word === text);
    if (known === undefined) this.error(column, 'VALUE_UNKNOWN', `"${text}" is none of ${words.join(', ')}`);
    return known ?? '';
  }

  requiredWord<const Word extends string>(column: string, words: readonly [Word, ...Word[]]): Word {
    if (this.raw(column) === '') this.error(column, 'VALUE_MISSING', `must be one of ${words.join(', ')}`);
    return this.word(column, words) || words[0];
  }

  /** Values between semicolons. */
  list(column: string): string[] {
    const parts = this.raw(column).split(';');
    return parts.map((part) => part.trim()).filter((part) => part !== '');
  }

  error(column: string, code: string, message: string): void {
    this.#findings.error(this.line, column, code, message);
  }

  warn(column: string, code: string, message: string): void {
    this.#findings.warn(this.line, column, code, message);
  }
}
