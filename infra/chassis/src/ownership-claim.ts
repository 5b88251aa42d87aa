import { setTimeout as pause } from 'node:timers/promises';
import { Bell } from './bell.ts';
import { type Lease, release, seize, type Terms, take } from './lease.ts';
import { log } from './log.ts';
import { counter } from './metrics.ts';
import { type Owned, Tenure } from './ownership-tenure.ts';
import type { Redis } from './redis.ts';

const TRY_MS = 1_000;
const MOST_TRY_MS = 5_000;
const LEAVE_MS = 1_000;
/** A failure after this is not one more of a row. */
const LONG_MS = 60_000;

const begun = counter('giaolo_ownerships_total', 'Times that this replica became the owner of something in the field');
const failed = counter('giaolo_ownership_failures_total', 'Ownerships that were given up because the work failed');

/**
 * Runs while the thing is owned, and stops once its signal has aborted. Done for good when it returns by itself; when it
 * throws, others get their chance, and this replica again a little later.
 */
export type Work = (owned: Owned) => Promise<void>;

export interface ClaimOptions {
  readonly redis: Redis;
  readonly service: string;
  readonly name: string;
  readonly key: string;
  readonly terms: Terms;
  readonly work: Work;
  /** Tells all replicas to look again. */
  readonly announce: () => void;
}

/** The will of this replica to own one thing. */
export class Claim {
  readonly ended: Promise<void>;
  readonly #options: ClaimOptions;
  readonly #bell = new Bell();
  readonly #released = new AbortController();
  #tenure: Tenure | undefined;
  #failures = 0;

  constructor(options: ClaimOptions) {
    this.#options = options;
    this.ended = this.#pursue();
  }

  get owns(): boolean {
    return this.#tenure?.holds() ?? false;
  }

  look(): void {
    if (this.#tenure) this.#tenure.nudge();
    else this.#bell.ring();
  }

  release(): Promise<void> {
    this.#released.abort();
    this.#tenure?.end('left');
    this.#bell.ring();
    return this.ended;
  }

  async #pursue(): Promise<void> {
    const { signal } = this.#released;
    while (!signal.aborted) {
      const lease = await this.#take();
      if (!lease) continue;
      const { work } = await this.#serve(lease);
      // Not a second loop beside one that does not end; and what could not be reached is left to others first.
      if (!signal.aborted) await work;
      const wait = Math.min(MOST_TRY_MS, TRY_MS * 2 ** (this.#failures - 1));
      if (this.#failures > 0) await pause(wait, undefined, { signal }).catch(() => {});
    }
  }

  async #take(): Promise<Lease | undefined> {
    const { redis, key, terms } = this.#options;
    const taken = await (terms.rank === undefined ? take : seize)(redis, key, terms).catch(() => undefined);
    if (taken?.status === 'granted') {
      if (taken.from) this.#options.announce();
      return taken.lease;
    }
    const untilItEnds = taken ? taken.by.expiresAt - taken.now + 1 : TRY_MS;
    await this.#bell.wait(Math.min(TRY_MS, untilItEnds));
    return undefined;
  }

  /** One ownership, until the lease is free again; answers with the work, which may take longer to end. */
  async #serve(lease: Lease): Promise<{ readonly work: Promise<void> }> {
    const { redis, service, name, terms, announce } = this.#options;
    const tenure = new Tenure(redis, name, lease, terms.ttlMs);
    this.#tenure = tenure;
    begun.add(1, { service });
    if (this.#released.signal.aborted) tenure.end('left');
    const work = this.#run(tenure);
    await Promise.race([work, longAfter(tenure.signal)]);
    tenure.end('left');
    this.#tenure = undefined;
    const result = await release(redis, lease).catch(() => undefined);
    if (result?.status === 'released') announce();
    return { work };
  }

  async #run(tenure: Tenure): Promise<void> {
    const { service, name, work } = this.#options;
    const since = performance.now();
    try {
      if (tenure.holds()) await work(tenure);
      this.#failures = 0;
      if (!tenure.signal.aborted) this.#released.abort();
    } catch (error) {
      if (tenure.signal.aborted) return;
      this.#failures = performance.now() - since > LONG_MS ? 1 : this.#failures + 1;
      failed.add(1, { service });
      if (this.#failures === 1) log.warn({ service, name, error: String(error) }, 'gives up what it owned, for now');
    }
  }
}

/** A while after the signal: work that does not heed it must not keep the lease from others. */
const longAfter = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wait = () => setTimeout(resolve, LEAVE_MS).unref();
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
