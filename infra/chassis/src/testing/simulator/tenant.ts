import type { Instant } from '../../clock.ts';
import type { LeaseModel } from './lease.ts';
import type { Process } from './process.ts';
import { roundTrip } from './round-trip.ts';
import type { Simulation } from './simulation.ts';

const LEASE_MS = 5_000;
const RENEW_MS = 1_000;

/** What `ownership-claim.ts` and `ownership-tenure.ts` do in one process: want the lease, keep it, and know when it has run out. */
export class Tenant {
  readonly process: Process;
  readonly #simulation: Simulation;
  readonly #lease: LeaseModel;
  readonly #rank: number;
  readonly #onBegun: (token: number) => void;
  #token: number | undefined;
  /** By a clock that never jumps, never later than the server ends it. */
  #goodUntil: Instant = 0;

  constructor(
    process: Process,
    simulation: Simulation,
    lease: LeaseModel,
    rank: number,
    onBegun: (token: number) => void,
  ) {
    this.process = process;
    this.#simulation = simulation;
    this.#lease = lease;
    this.#rank = rank;
    this.#onBegun = onBegun;
    process.onCrash(() => {
      this.#token = undefined;
    });
    process.onStart(() => this.#pursue());
    this.#pursue();
  }

  /** Undefined when it is not the owner, as far as it knows. */
  get token(): number | undefined {
    return this.#simulation.now < this.#goodUntil ? this.#token : undefined;
  }

  #pursue(): void {
    const asked = this.#simulation.now;
    const again = () => this.process.after(RENEW_MS, () => this.#pursue());
    const own = this.token;
    const ask = () => {
      if (own === undefined) return this.#lease.take(this.process.name, this.#rank, LEASE_MS);
      return this.#lease.renew(own, LEASE_MS) ? own : undefined;
    };
    const told = (token: number | undefined) => {
      // What has run out meanwhile has ended, whatever the server says of it.
      const hasEnded = own !== undefined && this.token === undefined;
      this.#token = hasEnded ? undefined : token;
      this.#goodUntil = asked + LEASE_MS;
      if (this.token !== undefined && this.token !== own) this.#onBegun(this.token);
      again();
    };
    roundTrip(this.process, this.#simulation, ask, told, again);
  }
}
