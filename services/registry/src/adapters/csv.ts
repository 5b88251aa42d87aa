import Papa from 'papaparse';
import type { Findings } from '../file/findings.ts';
import { MOST_ROWS } from '../file/row.ts';

/** Rows without a value among them; beyond that a file costs more memory than it has bytes, many times. */
const MOST_LINES = 4 * MOST_ROWS;

/** The text of a file; undefined, with a finding, where it is not UTF-8. */
export function decodeText(bytes: Uint8Array, findings: Findings): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    findings.error(0, '', 'NOT_UTF8', 'the file is not UTF-8');
    return undefined;
  }
}

/** The lines of a CSV cut into values, between commas or, as some spreadsheets write them, semicolons. */
export function splitCsv(text: string, findings: Findings): string[][] {
  const lines = text.replaceAll(/\r\n?/g, '\n').replace(/\n$/, '');
  const header = lines.slice(0, lines.indexOf('\n') >>> 0);
  const delimiter = header.includes(';') && !header.includes(',') ? ';' : ',';
  const parsed = Papa.parse<string[]>(lines, { delimiter, newline: '\n', preview: MOST_LINES });
  if (parsed.meta.truncated) findings.error(0, '', 'TOO_MANY_ROWS', `more than ${MOST_LINES} lines`);
  for (const { row, message } of parsed.errors) findings.error((row ?? 0) + 1, '', 'CSV_MALFORMED', message);
  return parsed.data;
}
