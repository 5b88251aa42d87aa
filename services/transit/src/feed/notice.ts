/** Something found in a feed: an error refuses the feed, a warning does not. */
export interface Notice {
  /** Such as `stop_times.txt`; empty when it concerns the zip as a whole. */
  readonly file: string;
  /** From 1, the header being line 1; 0 when it concerns the whole file. */
  readonly line: number;
  /** Column; empty when it concerns the whole line. */
  readonly field: string;
  /** Stable name of the finding in upper snake case. */
  readonly code: string;
  readonly message: string;
}

const MAX_NOTICES = 200;
// One broken column must not hide what else is wrong.
const MAX_OF_A_KIND = 25;
// A message may quote a field, and a field may be a megabyte.
const MAX_MESSAGE = 300;
const MAX_BROKEN_SHARE = 0.05;

/** A bounded list: the first findings in full, the rest as a count by kind. */
export class NoticeList {
  #kept: Notice[] = [];
  #counts = new Map<string, { kept: number; omitted: number }>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  add(file: string, line: number, field: string, code: string, message: string): void {
    const kind = `${code} in ${file || 'the zip'}`;
    const count = this.#counts.get(kind) ?? { kept: 0, omitted: 0 };
    this.#counts.set(kind, count);
    if (count.kept < MAX_OF_A_KIND && this.#kept.length < MAX_NOTICES) {
      count.kept += 1;
      this.#kept.push({ file, line, field, code, message: message.slice(0, MAX_MESSAGE) });
    } else count.omitted += 1;
  }

  /** What was kept, then one `MORE_NOTICES` if anything was left out. */
  toArray(): Notice[] {
    const omitted = [...this.#counts].filter(([, count]) => count.omitted > 0);
    if (omitted.length === 0) return [...this.#kept];
    const kinds = omitted.slice(0, 20).map(([kind, count]) => `${count.omitted} ${kind}`);
    return [
      ...this.#kept,
      { file: '', line: 0, field: '', code: 'MORE_NOTICES', message: `more: ${kinds.join(', ')}` },
    ];
  }
}

/**
 * What is wrong with single trips. A city's schedule must not stand still because of a few of them: while they are
 * few, they are left out and their findings are warnings; beyond that the feed is broken, and they are errors.
 */
export class TripFindings {
  readonly broken = new Set<string>();
  #found: Notice[] = [];

  add(tripId: string, file: string, line: number, field: string, code: string, message: string): void {
    this.broken.add(tripId);
    // More could not be told anyway, and a large feed may be wrong in every line.
    if (this.#found.length < 10_000) this.#found.push({ file, line, field, code, message });
  }

  /** Decides once all files are read. */
  settle(tripCount: number, { errors, warnings }: { errors: NoticeList; warnings: NoticeList }): void {
    if (this.broken.size === 0) return;
    const bearable = this.broken.size <= tripCount * MAX_BROKEN_SHARE;
    if (bearable) {
      const message = `${this.broken.size} of ${tripCount} trips are left out for what is wrong with their stop times`;
      warnings.add('', 0, '', 'TRIPS_LEFT_OUT', message);
    }
    for (const { file, line, field, code, message } of this.#found)
      (bearable ? warnings : errors).add(file, line, field, code, message);
  }
}

/** Where the readers of the single files put what they find. */
export interface Findings {
  readonly errors: NoticeList;
  readonly warnings: NoticeList;
  readonly trips: TripFindings;
}
