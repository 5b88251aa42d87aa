import type { Instant } from './clock.ts';
import { COUNTRY, formatUnit, type Unit } from './principal.ts';

/** What the tree must know of a unit. */
export interface UnitNode {
  readonly unit: Unit;
  /** First day on which it is no more, YYYY-MM-DD; undefined while it stands. */
  readonly validTo: string | undefined;
  /** Undefined at the root. */
  readonly parent: Unit | undefined;
  /** Those that took over its area when it ended. */
  readonly successors: readonly Unit[];
}

/** Units begin and end at midnight in Viet Nam, which has no summer time. */
const ZONE_MS = 7 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
const DEEPEST = 16;

/** The administrative units of all times. */
export class UnitTree {
  readonly #nodes = new Map<string, UnitNode>();
  /** Of the units asked for, as they are on `#day`, counted since 1970. */
  readonly #lines = new Map<string, ReadonlySet<string>>();
  #day = 0;

  constructor(nodes: Iterable<UnitNode> = []) {
    for (const node of nodes) this.put(node);
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(unit: Unit): UnitNode | undefined {
    return this.#nodes.get(formatUnit(unit));
  }

  put(node: UnitNode): void {
    this.#nodes.set(formatUnit(node.unit), node);
    this.#lines.clear();
  }

  /**
   * Whether what is granted at `granted` holds for what belongs to `target`. A grant at a unit that has ended holds
   * nothing. What belongs to a unit that has ended is under its successor, or, where its area was divided, under
   * whatever its old parent has become. A unit that the tree does not know (yet) is under itself and the country.
   */
  covers(granted: Unit, target: Unit, now: Instant): boolean {
    return this.#lineOf(target, now).has(formatUnit(granted));
  }

  /** The units in force that `unit` is part of today, itself included when it is one. */
  #lineOf(unit: Unit, now: Instant): ReadonlySet<string> {
    const day = Math.floor((now + ZONE_MS) / DAY_MS);
    if (day !== this.#day) {
      this.#day = day;
      this.#lines.clear();
    }
    const key = formatUnit(unit);
    let line = this.#lines.get(key);
    if (!line) {
      line = this.#walk(unit, new Date(day * DAY_MS).toISOString().slice(0, 10));
      // A unit that is not known may be anything that a caller wrote: to remember it would let callers fill the memory.
      if (this.#nodes.has(key)) this.#lines.set(key, line);
    }
    return line;
  }

  #walk(unit: Unit, day: string): ReadonlySet<string> {
    const line = new Set<string>();
    let at: Unit | undefined = unit;
    for (let steps = 0; at && steps < DEEPEST; steps++) {
      const node = this.#nodes.get(formatUnit(at));
      if (!node) {
        line.add(formatUnit(at)).add(formatUnit(COUNTRY));
        break;
      }
      const ended: boolean = node.validTo !== undefined && node.validTo <= day;
      if (!ended && node.unit.validFrom <= day) line.add(formatUnit(at));
      at = ended && node.successors.length === 1 ? node.successors[0] : node.parent;
    }
    return line;
  }
}
