/** Something found in a file: an error refuses the file, a warning does not. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** Line of a CSV, the header being line 1; of JSON which unit or feature, from 1. 0 = the file as a whole. */
  readonly line: number;
  /** Column; empty when it concerns the whole line. */
  readonly field: string;
  /** Stable name in upper snake case. */
  readonly code: string;
  readonly message: string;
}

const MOST = 200;
// One broken column must not hide what else is wrong.
const MOST_OF_A_KIND = 25;
// A message may quote a field, and a field may be a megabyte.
const LONGEST = 300;

/** A bounded list: the first findings in full, the rest as a count by kind. */
export class Findings {
  readonly #kept: Finding[] = [];
  readonly #counts = new Map<string, { kept: number; omitted: number }>();
  readonly #faulty = new Set<number>();

  error(line: number, field: string, code: string, message: string): void {
    this.#faulty.add(line);
    this.#add({ severity: 'error', line, field, code, message });
  }

  warn(line: number, field: string, code: string, message: string): void {
    this.#add({ severity: 'warning', line, field, code, message });
  }

  /** The file cannot be taken. */
  get refuse(): boolean {
    return this.#faulty.size > 0;
  }

  isFaulty(line: number): boolean {
    return this.#faulty.has(line);
  }

  /** Errors first, by line; then one MORE_FINDINGS of each severity that was cut. */
  toArray(): Finding[] {
    const rank = ({ severity }: Finding) => (severity === 'error' ? 0 : 1);
    const sorted = this.#kept.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line);
    for (const severity of ['error', 'warning'] as const) {
      const cut = [...this.#counts].filter(([kind, { omitted }]) => kind.startsWith(severity) && omitted > 0);
      if (cut.length === 0) continue;
      const message = cut.map(([kind, { omitted }]) => `${omitted} ${kind.slice(severity.length + 1)}`).join(', ');
      sorted.push({ severity, line: 0, field: '', code: 'MORE_FINDINGS', message: `more: ${message}` });
    }
    return sorted;
  }

  #add(finding: Finding): void {
    const kind = `${finding.severity} ${finding.code}`;
    const count = this.#counts.get(kind) ?? { kept: 0, omitted: 0 };
    this.#counts.set(kind, count);
    // Warnings never take the place of errors.
    const room = this.#kept.length < (finding.severity === 'error' ? MOST : MOST / 2);
    if (room && count.kept < MOST_OF_A_KIND) {
      count.kept += 1;
      this.#kept.push({ ...finding, field: finding.field.slice(0, 64), message: finding.message.slice(0, LONGEST) });
    } else count.omitted += 1;
  }
}
