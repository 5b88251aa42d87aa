import type { AggregateSpec, Caller, Outcome } from './aggregate.ts';
import { acceptedAct, deniedAct } from './audit-records.ts';
import type { Instant } from './clock.ts';
import type { OutboxRecord } from './committed.ts';
import { applyPatch, type Decision, type Json } from './decide.ts';
import { deadlinePassed, type ServiceError } from './errors.ts';
import { formatUnit, type Unit } from './principal.ts';
import { type Asked, storedAnswer } from './requests.ts';
import { stateRecords } from './state-records.ts';
import type { Commit } from './store.ts';

/** A command that waits for its decision. */
export interface Pending extends Asked {
  readonly decide: (state: unknown, command: unknown, now: Instant) => Decision<unknown, string>;
  readonly caller: Caller;
  readonly answer: (state: never, events: never) => Json;
  readonly resolve: (outcome: Outcome<never, never>) => void;
}

/** What this process knows of an aggregate; the commit finds out if it is out of date. */
export interface Known {
  version: number;
  readonly state: Record<string, Json>;
}

/** What becomes of a command once the draft is committed. */
export type Settled =
  | { readonly pending: Pending; readonly outcome: Outcome<Json, string> }
  | { readonly pending: Pending; readonly denial: ServiceError };

const LARGEST_RECORD = 800 * 1024;

/** The decisions of one batch, before they are committed. `known.state` is changed in place. */
export class Draft<State extends object, Event> {
  readonly settled: Settled[] = [];
  /** Rejected already: they are no part of the commit. */
  readonly rejected = new Set<Pending>();
  readonly #spec: AggregateSpec<State, Event>;
  readonly #name: string;
  readonly #now: Instant;
  readonly #known: Known;
  readonly #patch: Record<string, Json | undefined> = {};
  readonly #records: OutboxRecord[] = [];
  readonly #answers: { key: string; answer: string }[] = [];
  #version: number;

  constructor(spec: AggregateSpec<State, Event>, name: string, known: Known, now: Instant) {
    this.#spec = spec;
    this.#name = name;
    this.#known = known;
    this.#now = now;
    this.#version = known.version;
  }

  decide(pending: Pending): void {
    const { caller, command } = pending;
    const own = this.#spec.unitOf(this.#state);
    const unit = own ?? caller.createsIn;
    const denial = unit && caller.authority.refusal(unit);
    if (denial) {
      // Of what is not there yet, anybody can name any unit: such a record goes to the chain of who tried.
      const act = this.#act(caller, own ?? caller.principal.unit);
      if (caller.authority.audited) this.#records.push(deniedAct(act, denial));
      this.settled.push({ pending, denial });
      return;
    }
    if (!unit) caller.authority.nothingToJudge();
    const decision = this.#ask(pending);
    if (!decision) return;
    let outcome: Outcome<Json, string>;
    if (decision.accepted) {
      const events = decision.events as readonly Event[];
      if (events.length > 0) this.#accept(events, caller, unit);
      outcome = { accepted: true, answer: pending.answer(this.#state as never, events as never) };
    } else outcome = { accepted: false, reason: decision.reason };
    if (pending.requestKey) this.#answers.push({ key: pending.requestKey, answer: storedAnswer(command, outcome) });
    this.settled.push({ pending, outcome });
  }

  commit(): Commit {
    const { version, state } = this.#known;
    const due = this.#spec.nextDeadline?.(state as unknown as State);
    const changed = this.#version > version;
    const now = { version: this.#version, state, patch: this.#patch, dueAt: due };
    const states = changed ? stateRecords(this.#spec.stateTopic.name, this.#name, now) : [];
    // State first: what is rebuilt from it must not be older than a fact that went out.
    const records = [...states, ...this.#records];
    for (const record of records) requireCarriable(record);
    return {
      name: this.#name,
      expectedVersion: version,
      version: this.#version,
      patch: this.#patch,
      records,
      answers: this.#answers,
      dueAt: this.#spec.nextDeadline ? due : 'never',
      decidedAt: this.#now,
    };
  }

  get #state(): State {
    return this.#known.state as unknown as State;
  }

  /** Undefined when the command cannot be decided: nothing has changed by then, and its neighbours can. */
  #ask(pending: Pending): Decision<unknown, string> | undefined {
    try {
      if (pending.caller.signal?.aborted) throw deadlinePassed();
      return pending.decide(this.#state, pending.command, this.#now);
    } catch (error) {
      this.rejected.add(pending);
      pending.reject(error);
      return undefined;
    }
  }

  #accept(events: readonly Event[], caller: Caller, unit: Unit | undefined): void {
    if (!unit) throw new Error(`${this.#name} belongs to no unit: nobody's right to change it was judged`);
    const first = this.#version + 1;
    for (const event of events) {
      const change = this.#spec.evolve(this.#state, event);
      applyPatch(this.#state, change);
      Object.assign(this.#patch, change);
      this.#records.push(this.#fact(event, ++this.#version, caller));
    }
    if (caller.authority.audited) this.#records.push(acceptedAct(this.#act(caller, unit), first, this.#version));
  }

  #act({ principal, method, traceparent }: Caller, unit: Unit) {
    return { principal, method, object: this.#name, unit, at: this.#now, traceparent };
  }

  #fact(event: Event, sequence: number, { principal, traceparent = '' }: Caller): OutboxRecord {
    const { topic, key, value } = this.#spec.announce(event, this.#state, this.#name, this.#now);
    const { subject, unit } = principal;
    const by = { subject, unit: formatUnit(unit), traceparent };
    return { topic, key, value, sequence, origin: { id: `${key}@${sequence}`, occurredAt: this.#now, ...by } };
  }
}

/** A record that Kafka would refuse for ever would keep its shard from going on. */
function requireCarriable({ topic, value }: OutboxRecord): void {
  if (value && value.length > LARGEST_RECORD)
    throw new Error(`a record of ${value.length} bytes for ${topic} would never leave the outbox`);
}
