import { COUNTRY, type Unit } from '@giaolo/chassis/principal';
import type { Element, Owner } from './element.ts';

/** Units of feeds, as their newest version says. */
export type FeedUnits = ReadonlyMap<string, Unit>;

/**
 * What one caller sees. What belongs to no unit, or to a feed that nobody knows yet, is seen by those only who see the
 * whole country. Each owner is judged once for all elements that are asked about together.
 */
export class Sight {
  readonly #sees: (unit: Unit) => boolean;
  readonly #feeds: FeedUnits;
  readonly #judged = new Map<string, boolean>();

  constructor(sees: (unit: Unit) => boolean, feeds: FeedUnits) {
    this.#sees = sees;
    this.#feeds = feeds;
  }

  /**
   * Those of the elements that the caller sees. Undefined when it sees more or less of an owner than when that was last
   * asked about: what it was told before is then not the picture any more.
   */
  of(elements: readonly Element[]): Element[] | undefined {
    const now = new Map<string, boolean>();
    const seen = elements.filter(({ owner }) => {
      let sees = now.get(owner.key);
      if (sees === undefined) {
        sees = this.#sees(this.#unitOf(owner) ?? COUNTRY);
        now.set(owner.key, sees);
      }
      return sees;
    });
    let changed = false;
    for (const [key, sees] of now) {
      changed ||= this.#judged.has(key) && this.#judged.get(key) !== sees;
      this.#judged.set(key, sees);
    }
    return changed ? undefined : seen;
  }

  #unitOf({ feed, unit }: Owner): Unit | undefined {
    return feed === undefined ? unit : this.#feeds.get(feed);
  }
}
