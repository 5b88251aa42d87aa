import { Fields } from '../file/fields.ts';
import type { Findings } from '../file/findings.ts';
import type { Row, Table } from '../file/row.ts';
import type { Entry } from './entry.ts';
import { levels, type UnitKey } from './unit.ts';

const REQUIRED = ['code', 'valid_from', 'level', 'name'];
const KNOWN = [
  ...REQUIRED,
  ...['valid_to', 'kind', 'english_name', 'parent_code', 'parent_valid_from', 'successors'],
] as const;
const CODE = /^[A-Za-z0-9-]{1,16}$/;
const MOST_SUCCESSORS = 50;

/** Units of our own CSV. Rows with an error are left out. */
export function readUnitsCsv({ columns, header, rows }: Table, findings: Findings): Entry[] {
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  for (const name of missing) findings.error(header, name, 'COLUMN_MISSING', `the column ${name} is missing`);
  for (const name of columns)
    if (!(KNOWN as readonly string[]).includes(name))
      findings.warn(header, name, 'COLUMN_UNKNOWN', `the column ${name} is not read`);
  if (missing.length > 0) return [];
  return rows.flatMap((row) => {
    const entry = readRow(row, findings);
    return findings.isFaulty(row.line) ? [] : [entry];
  });
}

function readRow(row: Row, findings: Findings): Entry {
  const fields = new Fields(row, findings);
  const code = codeOf(fields, 'code');
  if (fields.raw('valid_from') === '') fields.error('valid_from', 'VALUE_MISSING', 'must not be empty');
  const record = {
    code,
    validFrom: fields.date('valid_from'),
    validTo: fields.date('valid_to'),
    level: fields.requiredWord('level', levels),
    kind: fields.text('kind', 50),
    displayName: fields.required('name'),
    englishName: fields.text('english_name'),
    parent: parentOf(fields),
    successors: successorsOf(fields),
  };
  return { line: row.line, record };
}

function codeOf(fields: Fields, column: string): string {
  const code = fields.raw(column);
  if (!CODE.test(code)) fields.error(column, 'CODE_INVALID', 'must be 1 to 16 of A-Z a-z 0-9 and hyphen');
  return code;
}

function parentOf(fields: Fields): UnitKey | null {
  if (fields.raw('parent_code') === '' && fields.raw('parent_valid_from') === '') return null;
  const parent = { code: codeOf(fields, 'parent_code'), validFrom: fields.date('parent_valid_from') };
  if (parent.validFrom === '') fields.error('parent_valid_from', 'VALUE_MISSING', 'a parent is a code and a day');
  return parent;
}

function successorsOf(fields: Fields): UnitKey[] {
  const texts = fields.list('successors');
  if (texts.length > MOST_SUCCESSORS)
    fields.error('successors', 'VALUE_TOO_LONG', `must be at most ${MOST_SUCCESSORS}`);
  return texts.slice(0, MOST_SUCCESSORS).flatMap((text) => {
    const [, code, validFrom] = /^([A-Za-z0-9-]{1,16})\/(\d{4}-\d\d-\d\d)$/.exec(text) ?? [];
    if (code && validFrom) return [{ code, validFrom }];
    fields.error('successors', 'SUCCESSOR_INVALID', `"${text}" is not written code/YYYY-MM-DD`);
    return [];
  });
}
