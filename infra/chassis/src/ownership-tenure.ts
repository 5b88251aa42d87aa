import { Bell } from './bell.ts';
import { type Fence, type Lease, renew } from './lease.ts';
import type { Redis } from './redis.ts';

const RENEW_MS = 1_000;

/** What the owner of a thing works with. */
export interface Owned {
  readonly name: string;
  /** Its token goes with everything that is sent to the field, which refuses tokens lower than the highest it has seen. */
  readonly fence: Fence;
  /** Aborts when the lease was lost, seized or handed over, or has run out. */
  readonly signal: AbortSignal;
  /** Ask before each act: to a process that was frozen, the signal comes late. */
  holds(): boolean;
  /** `listener` is called when somebody wants the owner to look again. */
  onNudge(listener: () => void): void;
}

/** One ownership, from the grant of its lease on: renewed each second, ended at the latest when the lease may have run out. */
export class Tenure implements Owned {
  readonly name: string;
  readonly #redis: Redis;
  readonly #ttlMs: number;
  readonly #bell = new Bell();
  readonly #ending = new AbortController();
  readonly #listeners: (() => void)[] = [];
  #lease: Lease;
  #expiry: NodeJS.Timeout | undefined;

  constructor(redis: Redis, name: string, lease: Lease, ttlMs: number) {
    this.#redis = redis;
    this.name = name;
    this.#ttlMs = ttlMs;
    this.#lease = lease;
    this.#keep(lease);
    void this.#renewals();
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get fence(): Fence {
    return { key: this.#lease.key, token: this.#lease.token };
  }

  holds(): boolean {
    if (performance.now() >= this.#lease.goodUntil) this.end('run out');
    return !this.signal.aborted;
  }

  onNudge(listener: () => void): void {
    this.#listeners.push(listener);
  }

  nudge(): void {
    this.#bell.ring();
  }

  end(cause: 'lost' | 'run out' | 'left'): void {
    clearTimeout(this.#expiry);
    if (this.signal.aborted) return;
    this.#ending.abort(new Error(`the ownership has ended: ${cause}`));
    this.#bell.ring();
  }

  #keep(lease: Lease): void {
    this.#lease = lease;
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.end('run out'), Math.max(0, lease.goodUntil - performance.now()));
  }

  async #renewals(): Promise<void> {
    for (;;) {
      const nudged = await this.#bell.wait(RENEW_MS);
      if (!this.holds()) return;
      // First the lease: who was nudged because it was seized must not act once more.
      await this.#renew();
      if (!this.holds()) return;
      if (nudged) for (const listener of this.#listeners) listener();
    }
  }

  async #renew(): Promise<void> {
    try {
      const kept = await renew(this.#redis, this.#lease, this.#ttlMs);
      if (kept.status === 'lost') this.end('lost');
      else if (this.holds()) this.#keep(kept.lease);
    } catch {
      // The connection logs that it is down; if that lasts, the lease runs out.
    }
  }
}
