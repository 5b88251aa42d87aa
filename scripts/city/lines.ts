import {
  ImportDifference_Kind as Kind,
  ImportFinding_Severity as Severity,
} from '@giaolo/proto/giaolo/registry/v1/import';
import type { Told } from './import-file.ts';

const MOST_CHANGES = 20;
const NAME = 20;
const FIGURE = 11;
const figures = ['added', 'changed', 'unchanged', 'missing', 'retired'] as const;

export const heading = (): string =>
  row('', ['added', 'changed', 'unchanged', 'missing', 'retired', 'errors', 'warnings']);

/** One file as a row, and what there is to say of it below. */
export function linesOf(told: Told): string[] {
  const { file, summary, findings, note, refused } = told;
  const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
  const counts = [count(Severity.SEVERITY_ERROR), count(Severity.SEVERITY_WARNING)];
  const cells = summary ? [...figures.map((figure) => summary[figure]), ...counts] : [];
  const first = cells.length > 0 ? row(file, cells.map(String)) : `${file.padEnd(NAME)}  ${note ?? 'refused'}`;
  return [
    first,
    ...changes(told),
    ...findings.map((finding) => findingLine(file, finding)),
    ...(refused ? [refused] : []),
  ];
}

const row = (name: string, cells: readonly string[]): string =>
  name.padEnd(NAME) + cells.map((cell) => cell.padStart(FIGURE)).join('');

function changes({ differences }: Told): string[] {
  const changed = differences.filter(({ kind }) => kind === Kind.KIND_CHANGED);
  const gone = differences.filter(({ kind }) => kind === Kind.KIND_MISSING || kind === Kind.KIND_RETIRED);
  const lines = [
    ...changed.map(({ name, fields }) => {
      const what = fields.map(({ field, before, after }) => `${field} ${before || '-'} -> ${after || '-'}`);
      return `  changed  ${name}: ${what.join('; ')}`;
    }),
    ...gone.map(({ name, kind }) => `  ${kind === Kind.KIND_RETIRED ? 'retired' : 'missing'}  ${name}`),
  ];
  const more = lines.length - MOST_CHANGES;
  return more > 0 ? [...lines.slice(0, MOST_CHANGES), `  and ${more} more`] : lines;
}

function findingLine(file: string, { severity, line, field, message, code }: Told['findings'][number]): string {
  const where = [file, line || '', field].filter((part) => part !== '').join(':');
  return `  ${severity === Severity.SEVERITY_ERROR ? 'error' : 'warning'}  ${where}  ${message} (${code})`;
}
