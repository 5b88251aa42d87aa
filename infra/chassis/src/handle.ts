import type { Topic } from './bus.ts';
import type { Instant } from './clock.ts';
import { applyPatch, type Decide, type Decision, type Evolve, type Json } from './decide.ts';
import { contended, deadlinePassed, overloaded, principalMissing, ServiceError } from './errors.ts';
import { counter } from './metrics.ts';
import { formatUnit, type Principal } from './principal.ts';
import { type Asked, answerRepeats, requestKey, storedAnswer, withoutRepeats } from './requests.ts';
import type { Commit, DecisionStore, OutboxRecord } from './store.ts';

/** On whose behalf a command is decided; nothing is decided without. */
export interface Caller {
  readonly principal: Principal;
  /** Full name of the method or topic. */
  readonly method: string;
  /** Counts within subject, method and aggregate. */
  readonly requestId?: string | undefined;
  readonly traceparent?: string | undefined;
  /** A command whose caller is gone before its turn is not decided any more. */
  readonly signal?: AbortSignal | undefined;
}

export type Outcome<Answer, Refusal extends string> =
  | { readonly accepted: true; readonly answer: Answer }
  | { readonly accepted: false; readonly reason: Refusal };

export interface Announcement {
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array;
}

/** Encodes a message for the outbox. */
export const announcement = <T>(topic: Topic<T>, key: string, message: T): Announcement => ({
  topic: topic.name,
  key,
  value: topic.codec.encode(message).finish(),
});

export interface AggregateSpec<State extends object, Event> {
  /** Collection of the stable name: `lots` in `lots/{id}`. */
  readonly entity: string;
  readonly evolve: Evolve<State, Event>;
  /** What the world is told of an event, given the state after it. */
  readonly announce: (event: Event, after: Readonly<State>, name: string, now: Instant) => Announcement;
  /** When the aggregate must decide by itself next. */
  readonly nextDeadline?: (state: Readonly<State>) => Instant | undefined;
}

interface Pending extends Asked {
  readonly decide: (state: unknown, command: unknown, now: Instant) => Decision<unknown, string>;
  readonly caller: Caller;
  readonly answer: (state: never, events: never) => Json;
  readonly resolve: (outcome: Outcome<never, never>) => void;
}

interface Mailbox {
  readonly queue: Pending[];
  running: boolean;
  /** What this process knows of the aggregate; the commit finds out if it is out of date. */
  known: { version: number; state: Record<string, Json> } | undefined;
}

interface Settled {
  readonly pending: Pending;
  readonly outcome: Outcome<Json, string>;
}

const BATCH = 64;
const ATTEMPTS = 10;
const QUEUE_LIMIT = 5_000;
const KNOWN_LIMIT = 20_000;
const LARGEST_EVENT = 800 * 1024;

const decisions = counter('giaolo_decisions_total', 'Commands decided, by aggregate, method and outcome');
const conflicts = counter('giaolo_commit_conflicts_total', 'Commits that had to be decided again, by cause');

/**
 * Decides commands one after the other per aggregate, and commits up to 64 decisions at once: version clashes
 * come only from other replicas.
 */
export class Handler<State extends object, Event> {
  readonly #spec: AggregateSpec<State, Event>;
  readonly #store: DecisionStore;
  readonly #onCommitted: (name: string) => void;
  readonly #mailboxes = new Map<string, Mailbox>();

  constructor(spec: AggregateSpec<State, Event>, store: DecisionStore, onCommitted: (name: string) => void = () => {}) {
    this.#spec = spec;
    this.#store = store;
    this.#onCommitted = onCommitted;
  }

  /**
   * `answer` makes what the caller gets from the state after its events; it is kept under the request id for 24 h, so
   * a repeat gets the same. Throws ServiceError: REQUEST_ID_REUSED, CONTENDED, OVERLOADED, DEADLINE_PASSED, or the store's.
   */
  handle<Command extends Json, Refusal extends string, Answer extends Json>(
    id: string,
    decide: Decide<State, Command, Event, Refusal>,
    command: Command,
    caller: Caller,
    answer: (state: Readonly<State>, events: readonly Event[]) => Answer,
  ): Promise<Outcome<Answer, Refusal>> {
    const name = `${this.#spec.entity}/${id}`;
    if (!caller.principal.subject || !caller.principal.unit.code) return Promise.reject(principalMissing());
    const mailbox = this.#mailbox(name);
    if (mailbox.queue.length >= QUEUE_LIMIT) return Promise.reject(overloaded('the queue of the aggregate is full'));
    return new Promise((resolve, reject) => {
      mailbox.queue.push({
        decide: decide as Pending['decide'],
        command,
        caller,
        answer: answer as Pending['answer'],
        requestKey: requestKey(name, caller),
        resolve: resolve as Pending['resolve'],
        reject,
      });
      if (!mailbox.running) void this.#drain(name, mailbox);
    });
  }

  /** The state as committed last, by whichever replica; undefined when nothing was ever decided. */
  async load(id: string): Promise<Readonly<State> | undefined> {
    const { version, fields } = await this.#store.load(`${this.#spec.entity}/${id}`);
    return version === 0 ? undefined : (fields as unknown as State);
  }

  #mailbox(name: string): Mailbox {
    let mailbox = this.#mailboxes.get(name);
    if (!mailbox) {
      mailbox = { queue: [], running: false, known: undefined };
      this.#mailboxes.set(name, mailbox);
      if (this.#mailboxes.size > KNOWN_LIMIT) this.#forgetOldest();
    }
    return mailbox;
  }

  #forgetOldest(): void {
    for (const [name, mailbox] of this.#mailboxes) {
      if (mailbox.running) continue;
      this.#mailboxes.delete(name);
      return;
    }
  }

  async #drain(name: string, mailbox: Mailbox): Promise<void> {
    mailbox.running = true;
    // A step later, so that commands that arrived together are decided together.
    await Promise.resolve();
    while (mailbox.queue.length > 0) {
      const batch = mailbox.queue.splice(0, BATCH);
      const failed = await this.#tryBatch(name, mailbox, batch);
      // A fault in what one command led to must not be the fault of its neighbours.
      if (failed && batch.length > 1) for (const pending of batch) await this.#tryBatch(name, mailbox, [pending], true);
      else if (failed) batch[0]?.reject(failed);
    }
    mailbox.running = false;
  }

  /** Returns the fault, if it was one of the code; faults of the store reject the whole batch here. */
  async #tryBatch(name: string, mailbox: Mailbox, batch: readonly Pending[], alone = false): Promise<unknown> {
    try {
      await this.#decideBatch(name, mailbox, batch);
      return undefined;
    } catch (error) {
      mailbox.known = undefined;
      if (!alone && !(error instanceof ServiceError)) return error;
      for (const pending of batch) pending.reject(error);
      return undefined;
    }
  }

  async #decideBatch(name: string, mailbox: Mailbox, batch: readonly Pending[]): Promise<void> {
    let rest = batch;
    for (let attempt = 0; attempt < ATTEMPTS && rest.length > 0; attempt++) {
      mailbox.known ??= await this.#load(name);
      const draft = this.#decideAll(name, mailbox.known, withoutRepeats(rest));
      const result = await this.#store.commit(draft.commit);
      if (result.status === 'committed') {
        mailbox.known.version = draft.commit.version;
        this.#settle(draft.settled);
        if (draft.commit.records.length > 0) this.#onCommitted(name);
        for (const { pending } of draft.settled) draft.rejected.add(pending);
      } else {
        // The draft was applied in place to what is known; it never came to be.
        mailbox.known = undefined;
        conflicts.add(1, { entity: this.#spec.entity, cause: result.status });
        if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
      }
      rest = rest.filter((pending) => !draft.rejected.has(pending));
      if (result.status === 'answered') rest = answerRepeats(rest, draft.commit.answers, result.answers);
    }
    for (const pending of rest) pending.reject(contended());
  }

  async #load(name: string): Promise<NonNullable<Mailbox['known']>> {
    const { version, fields } = await this.#store.load(name);
    return { version, state: fields };
  }

  #decideAll(name: string, known: NonNullable<Mailbox['known']>, batch: readonly Pending[]) {
    const now = this.#store.now();
    const state = known.state as unknown as State;
    const patch: Record<string, Json | undefined> = {};
    const records: OutboxRecord[] = [];
    const answers: { key: string; answer: string }[] = [];
    const settled: Settled[] = [];
    const rejected = new Set<Pending>();
    let version = known.version;
    for (const pending of batch) {
      const decision = tryDecide(pending, state, now);
      if (!decision) {
        rejected.add(pending);
        continue;
      }
      let outcome: Outcome<Json, string>;
      if (decision.accepted) {
        for (const event of decision.events as readonly Event[]) {
          const change = this.#spec.evolve(state, event);
          applyPatch(state, change);
          Object.assign(patch, change);
          records.push(this.#record(event, state, name, ++version, now, pending.caller));
        }
        outcome = { accepted: true, answer: pending.answer(state as never, decision.events as never) };
      } else outcome = { accepted: false, reason: decision.reason };
      if (pending.requestKey) answers.push({ key: pending.requestKey, answer: storedAnswer(pending.command, outcome) });
      settled.push({ pending, outcome });
    }
    const dueAt: Commit['dueAt'] = this.#spec.nextDeadline ? this.#spec.nextDeadline(state) : 'never';
    const commit = { name, expectedVersion: known.version, version, patch, records, answers, dueAt, decidedAt: now };
    return { commit, settled, rejected };
  }

  #record(event: Event, after: State, name: string, sequence: number, now: Instant, caller: Caller): OutboxRecord {
    const { topic, key, value } = this.#spec.announce(event, after, name, now);
    if (value.length > LARGEST_EVENT) throw new Error(`an event of ${value.length} bytes would never leave the outbox`);
    return {
      topic,
      key,
      value,
      sequence,
      occurredAt: now,
      subject: caller.principal.subject,
      unit: formatUnit(caller.principal.unit),
      traceparent: caller.traceparent ?? '',
    };
  }

  #settle(settled: readonly Settled[]): void {
    for (const { pending, outcome } of settled) {
      const result = outcome.accepted ? 'accepted' : outcome.reason;
      decisions.add(1, { entity: this.#spec.entity, method: pending.caller.method, outcome: result });
      pending.resolve(outcome as Outcome<never, never>);
    }
  }
}

function tryDecide(pending: Pending, state: unknown, now: Instant): Decision<unknown, string> | undefined {
  try {
    if (pending.caller.signal?.aborted) throw deadlinePassed();
    return pending.decide(state, pending.command, now);
  } catch (error) {
    pending.reject(error);
    return undefined;
  }
}
