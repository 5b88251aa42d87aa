import type { Entry } from './log.ts';

interface Waiting<Event> {
  readonly id: number;
  readonly facts: readonly Entry<Event>[];
}

/** The stream of one shard: an entry for each commit, trimmed from its head. */
export class OutboxModel<Event> {
  #waiting: Waiting<Event>[] = [];
  #lastId = 0;

  get size(): number {
    return this.#waiting.length;
  }

  append(facts: readonly Entry<Event>[]): void {
    this.#waiting.push({ id: ++this.#lastId, facts });
  }

  head(count: number): readonly Waiting<Event>[] {
    return this.#waiting.slice(0, count);
  }

  /** Forgets what is as old as `id`, or older. */
  trim(id: number): void {
    const kept = this.#waiting.findIndex((waiting) => waiting.id > id);
    this.#waiting.splice(0, kept < 0 ? this.#waiting.length : kept);
  }
}
