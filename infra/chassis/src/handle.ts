import type { AggregateSpec, Caller, Outcome } from './aggregate.ts';
import type { Decide, Json } from './decide.ts';
import { Draft, type Known, type Pending, type Settled } from './draft.ts';
import { contended, overloaded, principalMissing, ServiceError } from './errors.ts';
import { counter } from './metrics.ts';
import { answerRepeats, requestKey, withoutRepeats } from './requests.ts';
import type { DecisionStore } from './store.ts';

interface Mailbox {
  readonly queue: Pending[];
  running: boolean;
  known: Known | undefined;
}

const BATCH = 64;
const ATTEMPTS = 10;
const QUEUE_LIMIT = 5_000;
const KNOWN_LIMIT = 20_000;

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
   * a repeat gets the same. Throws ServiceError: ROLE_MISSING, UNIT_FOREIGN, REQUEST_ID_REUSED, CONTENDED, OVERLOADED,
   * DEADLINE_PASSED, or the store's.
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
      const draft = new Draft(this.#spec, name, mailbox.known, this.#store.now());
      for (const pending of withoutRepeats(rest)) draft.decide(pending);
      const commit = draft.commit();
      const result = await this.#store.commit(commit);
      if (result.status === 'committed') {
        mailbox.known.version = commit.version;
        this.#settle(draft.settled);
        if (commit.records.length > 0) this.#onCommitted(name);
        for (const { pending } of draft.settled) draft.rejected.add(pending);
      } else {
        // The draft was applied in place to what is known; it never came to be.
        mailbox.known = undefined;
        conflicts.add(1, { entity: this.#spec.entity, cause: result.status });
        if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
      }
      rest = rest.filter((pending) => !draft.rejected.has(pending));
      if (result.status === 'answered') rest = answerRepeats(rest, commit.answers, result.answers);
    }
    for (const pending of rest) pending.reject(contended());
  }

  async #load(name: string): Promise<Known> {
    const { version, fields } = await this.#store.load(name);
    return { version, state: fields };
  }

  #settle(settled: readonly Settled[]): void {
    for (const each of settled) {
      const { pending } = each;
      const method = pending.caller.method;
      if ('denial' in each) {
        decisions.add(1, { entity: this.#spec.entity, method, outcome: each.denial.reason });
        pending.reject(each.denial);
        continue;
      }
      const { outcome } = each;
      const result = outcome.accepted ? 'accepted' : outcome.reason;
      decisions.add(1, { entity: this.#spec.entity, method, outcome: result });
      pending.resolve(outcome as Outcome<never, never>);
    }
  }
}
