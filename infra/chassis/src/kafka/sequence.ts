const KEYS = 100_000;

/**
 * The last sequence seen of every key of a partition. A relay that wakes late sends old events again: what is not newer is
 * dropped. Records without a sequence always pass. Bounded; it forgets the keys not seen for longest, so an effect that
 * must never happen twice is written together with its sequence as well.
 */
export class SequenceGate {
  readonly #last = new Map<string, number>();

  isNew(key: string, sequence: number | undefined): boolean {
    return sequence === undefined || sequence > (this.#last.get(key) ?? 0);
  }

  passed(key: string, sequence: number | undefined): void {
    if (sequence === undefined) return;
    this.#last.delete(key);
    this.#last.set(key, sequence);
    if (this.#last.size > KEYS) this.#last.delete(this.#last.keys().next().value as string);
  }
}
