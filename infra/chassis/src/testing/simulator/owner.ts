import { begin, type Commanded, type News, type Policy, reconcile, type Standing } from '../../reconcile.ts';
import type { LeaseModel } from './lease.ts';
import type { Process } from './process.ts';
import { roundTrip } from './round-trip.ts';
import { type Simulation, Violation } from './simulation.ts';
import { Tenant } from './tenant.ts';

const REREAD_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/** What is kept of a thing with the decisions: what it is to do, and whether the alarm stands. */
export interface Desired {
  commanded: Commanded<number>;
  alarmed: boolean;
}

/** One thing in the field, and what its owners need to deal with it. */
export interface OwnedThing {
  readonly policy: Policy<number>;
  readonly lease: LeaseModel;
  readonly store: Desired;
  /** Sends an order to the field, which may be heard to have taken it. */
  readonly send: (from: Process, token: number, order: Commanded<number>, taken: (version: number) => void) => void;
}

/** What `reconcile-loop.ts` does in one process, for as long as it owns the thing. */
export class Owner {
  readonly #simulation: Simulation;
  readonly #thing: OwnedThing;
  readonly #tenant: Tenant;
  /** What the replies of the store have said about its own clock. */
  #offset = 0;
  #state = begin<number>(0);
  #token = 0;
  #steps = 0;

  constructor(process: Process, simulation: Simulation, thing: OwnedThing, rank: number) {
    this.#simulation = simulation;
    this.#thing = thing;
    this.#tenant = new Tenant(process, simulation, thing.lease, rank, (token) => this.#begin(token));
  }

  /** `at` is absent where the receiver says when it was. */
  observed(value: number, at: number | undefined): void {
    this.#step({ observed: { value, at: at ?? this.#now } });
  }

  /** Undefined where it is not the owner. */
  get standing(): Standing<number> | undefined {
    if (!this.#holds) return undefined;
    return reconcile(this.#thing.policy, this.#state, undefined, this.#now).standing;
  }

  get #now(): number {
    return this.#tenant.process.clock + this.#offset;
  }

  get #holds(): boolean {
    return this.#token > 0 && this.#tenant.token === this.#token;
  }

  #begin(token: number): void {
    if (this.#simulation.story) this.#simulation.tell(`${this.#tenant.process.name} owns the thing by ${token}`);
    this.#token = token;
    this.#state = begin<number>(this.#now, this.#thing.store.alarmed);
    this.#reread(token);
  }

  #reread(token: number): void {
    const { process } = this.#tenant;
    if (this.#tenant.token !== token) return;
    const again = () => process.after(REREAD_MS, () => this.#reread(token));
    const read = () => ({ commanded: this.#thing.store.commanded, now: this.#simulation.now });
    const told = ({ commanded, now }: ReturnType<typeof read>) => {
      this.#offset = now - process.clock;
      this.#step({ commanded });
      again();
    };
    roundTrip(process, this.#simulation, read, told, again);
  }

  #step(news?: News<number>): void {
    if (!this.#holds) return;
    const token = this.#token;
    const { policy, store } = this.#thing;
    const { state, send, alarm, againInMs } = reconcile(policy, this.#state, news, this.#now);
    if (state.elapsed < this.#state.elapsed) throw new Violation('the time of a reconciliation goes back');
    this.#state = state;
    if (alarm) store.alarmed = alarm === 'raised';
    const { process } = this.#tenant;
    const taken = (version: number) => {
      if (this.#tenant.token === token) this.#step({ acknowledged: { version, at: this.#now } });
    };
    if (send) this.#thing.send(process, token, send, taken);
    const step = ++this.#steps;
    process.after(Math.max(1, Math.min(againInMs, LONGEST_WAIT_MS)), () => {
      if (step === this.#steps) this.#step();
    });
  }
}
