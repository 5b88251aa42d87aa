import type { Instant } from '../../clock.ts';

export type Act = () => void;

interface Entry {
  readonly at: Instant;
  readonly order: number;
  readonly act: Act;
}

/** What is to happen and when, as a binary heap; what falls together happens in the order in which it was written down. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #written = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the next act is due; Infinity when there is none. */
  get nextAt(): Instant {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  add(at: Instant, act: Act): void {
    const heap = this.#heap;
    const entry = { at, order: this.#written++, act };
    let hole = heap.push(entry) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as Entry;
      if (isBefore(above, entry)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = entry;
  }

  take(): Act | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || first === last) return first?.act;
    let hole = 0;
    for (let child = 1; child < heap.length; child = 2 * hole + 1) {
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as Entry, heap[child] as Entry)) child = right;
      const below = heap[child] as Entry;
      if (isBefore(last, below)) break;
      heap[hole] = below;
      hole = child;
    }
    heap[hole] = last;
    return first.act;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
