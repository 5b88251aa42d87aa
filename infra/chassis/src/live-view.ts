import type { Instant } from './clock.ts';

/** The messages of a watch: see `giaolo.type.v1.StreamPhase`. */
export interface WatchBatch<V> {
  readonly phase: 'snapshot' | 'live';
  /** Absent on all but the last batch of a snapshot. */
  readonly token: string | undefined;
  readonly values: readonly V[];
}

export class FellBehind extends Error {
  constructor() {
    super('the reader is further behind than the changes that are kept');
  }
}

interface Change<V> {
  readonly slot: number;
  readonly offset: bigint;
  readonly value: V | undefined;
}

interface Options<V> {
  /** Names the log whose offsets the tokens hold: tokens of another log are answered with a snapshot. */
  readonly epoch: string;
  /** Partitions in a fixed order, the same on all replicas. */
  readonly slots: number;
  readonly now: () => Instant;
  readonly keep?: (value: V, now: Instant) => boolean;
  /** How many changes a reader may be behind. */
  readonly history?: number;
}

const SNAPSHOT_BATCH = 500;
const LIVE_BATCH = 500;

/**
 * The newest value of every key, and the recent changes in a ring that readers follow each at their own pace:
 * a slow reader costs no memory, and is cut off when the ring has overtaken it.
 * A resume token is the vector of offsets that the reader has seen, so it holds on any replica.
 */
export class LiveView<V> {
  readonly #options: Options<V>;
  readonly #values = new Map<string, V>();
  readonly #ring: (Change<V> | undefined)[];
  /** Next offset of each slot, after the newest change. */
  readonly #vector: bigint[];
  /** Next offset of each slot, before the oldest change in the ring. */
  readonly #floor: bigint[];
  #head = 0;
  #waiting = new Set<() => void>();

  constructor(options: Options<V>) {
    this.#options = options;
    this.#ring = new Array(options.history ?? 20_000);
    this.#vector = new Array(options.slots).fill(0n);
    this.#floor = new Array(options.slots).fill(0n);
  }

  /** Takes one record over; records of a slot come in order, and one that was seen already changes nothing. */
  apply(slot: number, offset: bigint, key: string, value: V | undefined): void {
    if (offset < (this.#vector[slot] as bigint)) return;
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
    const at = this.#head % this.#ring.length;
    const overwritten = this.#ring[at];
    if (overwritten) this.#floor[overwritten.slot] = overwritten.offset + 1n;
    this.#ring[at] = { slot, offset, value };
    this.#vector[slot] = offset + 1n;
    this.#head++;
    this.#wakeReaders();
  }

  /** All values, in no order; forgets those that are not to be kept. */
  *values(): IterableIterator<V> {
    for (const [key, value] of this.#values)
      if (this.#kept(value)) yield value;
      else this.#values.delete(key);
  }

  get token(): string {
    return this.#encode(this.#vector);
  }

  /** From a token, or from a snapshot when there is none or it is too old. Throws FellBehind. */
  async *watch(token: string | undefined, signal: AbortSignal): AsyncGenerator<WatchBatch<V>, void> {
    let seen = this.#decode(token);
    let position = Math.max(0, this.#head - this.#ring.length);
    if (!seen) {
      seen = [...this.#vector];
      position = this.#head;
      yield* this.#snapshot(this.#encode(seen));
    }
    while (!signal.aborted) {
      if (position < this.#head - this.#ring.length) throw new FellBehind();
      if (position === this.#head) {
        await this.#changed(signal);
        continue;
      }
      const end = Math.min(this.#head, position + LIVE_BATCH);
      const values = this.#between(position, end, seen);
      position = end;
      if (values.length > 0) yield { phase: 'live', token: this.#encode(seen), values };
    }
  }

  *#snapshot(token: string): Generator<WatchBatch<V>> {
    const all = [...this.values()];
    for (let at = 0; at < all.length || at === 0; at += SNAPSHOT_BATCH)
      yield {
        phase: 'snapshot',
        token: at + SNAPSHOT_BATCH >= all.length ? token : undefined,
        values: all.slice(at, at + SNAPSHOT_BATCH),
      };
  }

  #between(from: number, to: number, seen: bigint[]): V[] {
    const values: V[] = [];
    for (let at = from; at < to; at++) {
      const change = this.#ring[at % this.#ring.length] as Change<V>;
      if (change.offset < (seen[change.slot] as bigint)) continue;
      seen[change.slot] = change.offset + 1n;
      if (change.value !== undefined) values.push(change.value);
    }
    return values;
  }

  #kept(value: V): boolean {
    return this.#options.keep?.(value, this.#options.now()) ?? true;
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }

  #wakeReaders(): void {
    if (this.#waiting.size === 0) return;
    const woken = this.#waiting;
    this.#waiting = new Set();
    // Not at once: a batch of records then becomes a batch for the reader.
    setImmediate(() => {
      for (const resolve of woken) resolve();
    });
  }

  #encode(vector: readonly bigint[]): string {
    return `${this.#options.epoch}.${vector.map((offset) => offset.toString(36)).join('-')}`;
  }

  /** Undefined when the changes since the token are no longer, or not here, to be had. */
  #decode(token: string | undefined): bigint[] | undefined {
    const dot = token?.lastIndexOf('.') ?? -1;
    if (!token || token.length > 4_096 || token.slice(0, dot) !== this.#options.epoch) return undefined;
    const parts = token.slice(dot + 1).split('-');
    if (parts.length !== this.#options.slots || !parts.every((part) => /^[0-9a-z]{1,13}$/.test(part))) return undefined;
    const vector = parts.map(parseBase36);
    return vector.every((offset, slot) => offset >= (this.#floor[slot] as bigint)) ? vector : undefined;
  }
}

function parseBase36(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value;
}
