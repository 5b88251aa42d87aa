import { formatUnit, type Unit } from '@giaolo/chassis/principal';
import type { Act } from './act.ts';

export interface Limits {
  readonly perUnit: number;
  readonly inAll: number;
}

interface Kept<A extends Act> {
  readonly unit: Unit;
  /** By index. */
  readonly acts: A[];
  /** Index of the newest. */
  newest: number;
}

/** The newest acts of every unit, so many at most. */
export class RecentActs<A extends Act> {
  readonly #limits: Limits;
  readonly #units = new Map<string, Kept<A>>();
  #count = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Acts of a unit come by index; one that was seen already changes nothing. */
  add(act: A): void {
    const kept = this.#keptOf(act.unit);
    if (act.index <= kept.newest) return;
    kept.newest = act.index;
    kept.acts.push(act);
    this.#count++;
    if (kept.acts.length > this.#limits.perUnit) this.#dropOldest(kept);
    // Now and then, and then for a while: to find the oldest of all is a walk over all of them.
    if (this.#count > this.#limits.inAll * 1.1) this.#thin();
  }

  /** The newest of each unit. */
  *newest(): IterableIterator<A> {
    for (const { acts } of this.#units.values()) {
      const last = acts.at(-1);
      if (last) yield last;
    }
  }

  /** In no order. */
  *of(isWanted: (unit: Unit) => boolean): IterableIterator<A> {
    for (const { unit, acts } of this.#units.values()) if (isWanted(unit)) yield* acts;
  }

  /** Index of the oldest that is kept of the unit; undefined where none is. */
  oldestOf(unit: Unit): number | undefined {
    return this.#units.get(formatUnit(unit))?.acts[0]?.index;
  }

  #keptOf(unit: Unit): Kept<A> {
    const name = formatUnit(unit);
    let kept = this.#units.get(name);
    if (!kept) {
      kept = { unit, acts: [], newest: 0 };
      this.#units.set(name, kept);
    }
    return kept;
  }

  #dropOldest({ acts }: Kept<A>): void {
    acts.shift();
    this.#count--;
  }

  /** The oldest of all units go, down to the limit. */
  #thin(): void {
    const instants = [...this.of(() => true)].map(({ at }) => at).sort((a, b) => a - b);
    const newestDropped = instants[this.#count - this.#limits.inAll - 1] as number;
    for (const kept of this.#units.values())
      while (kept.acts[0] && kept.acts[0].at <= newestDropped && this.#count > this.#limits.inAll)
        this.#dropOldest(kept);
  }
}
