import {
  ImportDifference_Kind as DifferenceKind,
  type ImportDifference,
  type ImportFinding,
  type ImportSummary,
  ImportFinding_Severity as Severity,
} from '@giaolo/proto/giaolo/registry/v1/import';
import type { FieldChange } from '../asset/asset.ts';
import type { Findings } from '../file/findings.ts';

/** What an import would do, or has done, to one thing. */
export interface Difference {
  readonly name: string;
  readonly kind: 'added' | 'changed' | 'missing' | 'retired';
  readonly fields?: readonly FieldChange[];
}

const kinds: Readonly<Record<Difference['kind'], DifferenceKind>> = {
  changed: DifferenceKind.KIND_CHANGED,
  added: DifferenceKind.KIND_ADDED,
  retired: DifferenceKind.KIND_RETIRED,
  missing: DifferenceKind.KIND_MISSING,
};
const order = Object.keys(kinds);

const MOST = 5_000;
// A message may be a megabyte.
const MOST_CHARACTERS = 500_000;

export function importAnswer(differences: readonly Difference[], unchanged: number, findings: Findings) {
  const count = (kind: Difference['kind']) => differences.filter((each) => each.kind === kind).length;
  const summary: ImportSummary = {
    added: count('added'),
    changed: count('changed'),
    unchanged,
    missing: count('missing'),
    retired: count('retired'),
  };
  return { summary, differences: bounded(differences), findings: findings.toArray().map(findingMessage) };
}

function bounded(differences: readonly Difference[]): ImportDifference[] {
  const sorted = differences.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const kept: ImportDifference[] = [];
  let characters = 0;
  for (const { name, kind, fields = [] } of sorted.slice(0, MOST)) {
    characters += name.length + 8;
    for (const { field, before, after } of fields) characters += field.length + 2 * (before.length + after.length) + 8;
    if (characters > MOST_CHARACTERS) break;
    kept.push({ name, kind: kinds[kind], fields: [...fields] });
  }
  return kept;
}

const findingMessage = ({ severity, ...where }: ReturnType<Findings['toArray']>[number]): ImportFinding => ({
  ...where,
  severity: severity === 'error' ? Severity.SEVERITY_ERROR : Severity.SEVERITY_WARNING,
});
