import { type Bus, view } from '@giaolo/chassis/bus';
import type { Instant } from '@giaolo/chassis/clock';
import type { Unit } from '@giaolo/chassis/principal';
import { UnitTree } from '@giaolo/chassis/units';
import { unitChanged } from '@giaolo/topics/topics';
import type { Standing } from '../asset/judge-assets.ts';
import type { Registered } from '../unit/judge-units.ts';
import { searchKey } from '../unit/search.ts';
import { keyOf, type UnitKey, type UnitRecord } from '../unit/unit.ts';
import { localDay } from './local-day.ts';
import type { Units } from './stores.ts';
import { unitRecord } from './wire-unit.ts';

/** A unit with the name by which it is searched. */
export interface Listed {
  readonly record: UnitRecord;
  readonly searchedBy: string;
}

/** All units as this replica knows them: by their facts, and by what it learnt from the store before those came. */
export class UnitDirectory implements Registered {
  readonly #tree = new UnitTree();
  readonly #byKey = new Map<string, Listed>();
  readonly #byCode = new Map<string, Set<string>>();
  #sorted: readonly Listed[] | undefined;

  put(record: UnitRecord): void {
    const { validTo, parent, successors } = record;
    const unit = { code: record.code, validFrom: record.validFrom };
    this.#tree.put({ unit, validTo: validTo || undefined, parent: parent ?? undefined, successors });
    const searchedBy = searchKey(`${record.displayName} ${record.englishName}`);
    this.#byKey.set(keyOf(unit), { record, searchedBy });
    this.#byCode.set(unit.code, (this.#byCode.get(unit.code) ?? new Set()).add(keyOf(unit)));
    this.#sorted = undefined;
  }

  get(unit: UnitKey): UnitRecord | undefined {
    return this.#byKey.get(keyOf(unit))?.record;
  }

  ofCode(code: string): UnitRecord[] {
    return [...(this.#byCode.get(code) ?? [])].flatMap((key) => this.#byKey.get(key)?.record ?? []);
  }

  /** By code and day. */
  all(): readonly Listed[] {
    const byKey = ([a]: [string, Listed], [b]: [string, Listed]) => (a < b ? -1 : 1);
    this.#sorted ??= [...this.#byKey].sort(byKey).map(([, listed]) => listed);
    return this.#sorted;
  }

  /** Whether `unit` is `whole`, or lies in it. */
  covers(whole: UnitKey, unit: Unit, now: Instant): boolean {
    return keyOf(whole) === keyOf(unit) || this.#tree.covers(whole, unit, now);
  }

  standing(unit: UnitKey, whole: UnitKey, now: Instant): Standing {
    const record = this.get(unit);
    if (!record) return 'unknown';
    if (!this.covers(whole, unit, now)) return 'outside';
    const today = localDay(now);
    if (record.validTo !== '' && record.validTo <= today) return 'ended';
    return record.validFrom > today ? 'not yet' : 'inside';
  }

  /** Looks for these units, and for what they lie in, in the store where the facts have not told of them yet. */
  async learn(units: Units, keys: Iterable<UnitKey>): Promise<void> {
    const asked = new Set<string>();
    for (let waiting = [...keys]; waiting.length > 0; ) {
      const news = waiting.filter((key) => !this.#byKey.has(keyOf(key)) && !asked.has(keyOf(key)));
      for (const key of news) asked.add(keyOf(key));
      const found = await Promise.all([...new Set(news.map(keyOf))].map((key) => units.load(key)));
      const records = found.flatMap((unit) => (unit?.code === undefined ? [] : unit));
      for (const record of records) this.put(record);
      waiting = records.flatMap(({ parent, successors }) => [...(parent ? [parent] : []), ...successors]);
    }
  }
}

export async function followUnits(bus: Bus): Promise<UnitDirectory> {
  const directory = new UnitDirectory();
  const put = view(unitChanged, ({ value }) => {
    const record = unitRecord(value.unit);
    if (record) directory.put(record);
    return undefined;
  });
  await bus.view({ sources: [put] });
  return directory;
}
