import type { Instant } from '../../clock.ts';
import type { Simulation } from './simulation.ts';

interface Held {
  readonly holder: string;
  readonly token: number;
  readonly rank: number;
  readonly expiresAt: Instant;
}

/** What `lease.ts` promises of one lease: by the clock of the server, with a higher token for every new owner. */
export class LeaseModel {
  readonly #simulation: Simulation;
  #record: Held | undefined;
  #lastToken = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Who holds it now. */
  get held(): Held | undefined {
    return this.#record && this.#record.expiresAt > this.#simulation.now ? this.#record : undefined;
  }

  /** For one who has no valid token, and releases what it may still hold. Undefined where another of no lower rank holds it. */
  take(holder: string, rank: number, ttlMs: number): number | undefined {
    const by = this.held;
    if (by && by.holder !== holder && by.rank >= rank) return undefined;
    const token = ++this.#lastToken;
    this.#record = { holder, token, rank, expiresAt: this.#simulation.now + ttlMs };
    return token;
  }

  renew(token: number, ttlMs: number): boolean {
    const by = this.held;
    if (by?.token !== token) return false;
    this.#record = { ...by, expiresAt: this.#simulation.now + ttlMs };
    return true;
  }
}
