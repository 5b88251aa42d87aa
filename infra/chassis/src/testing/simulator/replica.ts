import type { Instant } from '../../clock.ts';
import { type Aggregate, decideAll, type Known } from './decide-all.ts';
import type { Ask, DecisionStoreModel, Draft, DraftResult, KnownAnswer, Outcome, Settled } from './decision-store.ts';
import type { Process } from './process.ts';
import { roundTrip } from './round-trip.ts';
import type { Simulation } from './simulation.ts';

type Failure = 'CONTENDED' | 'DEPENDENCY_UNAVAILABLE';

/** What the caller hears: an outcome, or a ServiceError by its reason. */
export type Heard = Outcome | { readonly error: Failure | 'REQUEST_ID_REUSED' };

interface Pending<State, Event> {
  readonly ask: Ask<State, Event>;
  readonly hear: (heard: Heard) => void;
}

type Batch<State, Event> = readonly Pending<State, Event>[];

interface Mailbox<State, Event> {
  readonly name: string;
  readonly queue: Pending<State, Event>[];
  running: boolean;
  known: Known<State> | undefined;
}

const BATCH = 64;
const ATTEMPTS = 10;

/**
 * What `handle.ts` does in one process, in steps between which anything may happen: mailboxes, decisions in batches upon
 * what is remembered, commits that clash, are skewed or were answered, store calls that are lost on either way.
 */
export class Replica<State extends object, Event> {
  readonly process: Process;
  readonly #simulation: Simulation;
  readonly #aggregate: Aggregate<State, Event>;
  readonly #store: DecisionStoreModel<State, Event>;
  readonly #mailboxes = new Map<string, Mailbox<State, Event>>();
  readonly #onCommitted: (name: string) => void;
  /** What the replies of the store have said about its own clock. */
  #offset = 0;

  constructor(
    process: Process,
    simulation: Simulation,
    aggregate: Aggregate<State, Event>,
    store: DecisionStoreModel<State, Event>,
    onCommitted: (name: string) => void,
  ) {
    this.process = process;
    this.#simulation = simulation;
    this.#aggregate = aggregate;
    this.#store = store;
    this.#onCommitted = onCommitted;
    process.onCrash(() => {
      this.#mailboxes.clear();
      this.#offset = 0;
    });
  }

  /** What it takes for the time of the store. */
  get now(): Instant {
    return this.process.clock + this.#offset;
  }

  handle(ask: Ask<State, Event>, hear: (heard: Heard) => void): void {
    let mailbox = this.#mailboxes.get(ask.name);
    if (!mailbox) {
      mailbox = { name: ask.name, queue: [], running: false, known: undefined };
      this.#mailboxes.set(ask.name, mailbox);
    }
    mailbox.queue.push({ ask, hear });
    if (mailbox.running) return;
    mailbox.running = true;
    this.#drain(mailbox);
  }

  /** What is kept in the store now; nothing happens where it does not answer. */
  load(name: string, use: (state: State) => void): void {
    this.#load(
      name,
      ({ state }) => use(state),
      () => {},
    );
  }

  #drain(mailbox: Mailbox<State, Event>): void {
    if (mailbox.queue.length === 0) mailbox.running = false;
    else this.#attempt(mailbox, mailbox.queue.splice(0, BATCH), 0);
  }

  #attempt(mailbox: Mailbox<State, Event>, batch: Batch<State, Event>, attempt: number): void {
    const unavailable = () => this.#fail(mailbox, batch, 'DEPENDENCY_UNAVAILABLE');
    const decide = (known: Known<State>) => {
      mailbox.known = known;
      this.#commit(mailbox, known, batch, attempt, unavailable);
    };
    if (batch.length === 0) this.#drain(mailbox);
    else if (attempt === ATTEMPTS) this.#fail(mailbox, batch, 'CONTENDED');
    else if (mailbox.known) decide(mailbox.known);
    else this.#load(mailbox.name, decide, unavailable);
  }

  #commit(
    mailbox: Mailbox<State, Event>,
    known: Known<State>,
    batch: Batch<State, Event>,
    attempt: number,
    unavailable: () => void,
  ): void {
    const asks = withoutRepeats(batch).map(({ ask }) => ask);
    const draft = decideAll(this.#aggregate, mailbox.name, known, asks, this.now);
    const conclude = (result: DraftResult) =>
      this.#attempt(mailbox, this.#conclude(mailbox, batch, draft, result), attempt + 1);
    roundTrip(this.process, this.#simulation, () => this.#store.commit(draft), conclude, unavailable);
  }

  /** Returns those that are to be decided again. */
  #conclude(
    mailbox: Mailbox<State, Event>,
    batch: Batch<State, Event>,
    draft: Draft<State, Event>,
    result: DraftResult,
  ): Batch<State, Event> {
    if (result.status === 'committed') {
      if (mailbox.known) mailbox.known.version = draft.version;
      if (draft.facts.length > 0) this.#onCommitted(mailbox.name);
      return settle(batch, draft.settled);
    }
    if (this.#simulation.story) this.#simulation.tell(`${this.process.name} on ${draft.name}: ${result.status}`);
    // The draft was applied in place to what is known; it never came to be.
    mailbox.known = undefined;
    if (result.status === 'skew') this.#follow(result.now);
    return result.status === 'answered' ? answerRepeats(batch, result.known) : batch;
  }

  #fail(mailbox: Mailbox<State, Event>, batch: Batch<State, Event>, error: Failure): void {
    if (this.#simulation.story) this.#simulation.tell(`${this.process.name} on ${mailbox.name}: ${error}`);
    mailbox.known = undefined;
    for (const { hear } of batch) hear({ error });
    this.#drain(mailbox);
  }

  #load(name: string, use: (known: Known<State>) => void, unavailable: () => void): void {
    const followed = ({ now, ...known }: Known<State> & { readonly now: Instant }) => {
      this.#follow(now);
      use(known);
    };
    roundTrip(this.process, this.#simulation, () => this.#store.load(name), followed, unavailable);
  }

  #follow(storeNow: Instant): void {
    this.#offset = storeNow - this.process.clock;
  }
}

/** Repeats of a request inside a batch wait for the next round. */
function withoutRepeats<State, Event>(batch: Batch<State, Event>): Batch<State, Event> {
  if (batch.length === 1) return batch;
  const keys = new Set<string>();
  return batch.filter(({ ask: { requestKey } }) => {
    if (requestKey === undefined) return true;
    if (keys.has(requestKey)) return false;
    keys.add(requestKey);
    return true;
  });
}

/** Tells everybody what was settled, and returns the others. */
function settle<State, Event>(
  batch: Batch<State, Event>,
  settled: readonly Settled<State, Event>[],
): Batch<State, Event> {
  let next = 0;
  return batch.filter(({ ask, hear }) => {
    const each = settled[next];
    if (each?.ask !== ask) return true;
    next++;
    hear(each.outcome);
    return false;
  });
}

function answerRepeats<State, Event>(
  batch: Batch<State, Event>,
  known: ReadonlyMap<string, KnownAnswer>,
): Batch<State, Event> {
  return batch.filter(({ ask, hear }) => {
    const earlier = ask.requestKey && known.get(ask.requestKey);
    if (!earlier) return true;
    hear(earlier.command === ask.command ? earlier.outcome : { error: 'REQUEST_ID_REUSED' });
    return false;
  });
}
