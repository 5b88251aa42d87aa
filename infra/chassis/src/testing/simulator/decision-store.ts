import type { Instant } from '../../clock.ts';
import { applyPatch, type Decision, type Json } from '../../decide.ts';
import { type CommitResult, shardOf } from '../../store.ts';
import type { Entry } from './log.ts';
import { OutboxModel } from './outbox.ts';
import type { Simulation } from './simulation.ts';

/** A command on its way to be decided; a repeat of a request is the same object. */
export interface Ask<State, Event> {
  /** Stable name of the aggregate. */
  readonly name: string;
  readonly method: string;
  /** Undefined when the caller gave no request id. */
  readonly requestKey: string | undefined;
  /** Another object is another body. */
  readonly command: unknown;
  readonly decide: (state: State, command: never, now: Instant) => Decision<Event, string>;
  readonly answer: (state: State, events: readonly Event[]) => Json;
}

export type Outcome =
  | { readonly accepted: true; readonly answer: Json }
  | { readonly accepted: false; readonly reason: string };

/** What became of an ask in one commit. */
export interface Settled<State, Event> {
  readonly ask: Ask<State, Event>;
  readonly outcome: Outcome;
  readonly events: readonly Event[];
}

/** See `Commit` of the chassis; what it says in bytes is said in objects here. */
export interface Draft<State, Event> {
  readonly name: string;
  readonly expectedVersion: number;
  readonly version: number;
  readonly patch: Record<string, Json | undefined>;
  readonly facts: readonly Entry<Event>[];
  readonly settled: readonly Settled<State, Event>[];
  readonly dueAt: Instant | undefined;
  readonly decidedAt: Instant;
}

/** `known` goes with `Draft.settled`, of those that have a request key. */
type Result = Exclude<CommitResult['status'], 'answered' | 'skew'>;
export type DraftResult =
  | { readonly status: Result }
  | { readonly status: 'skew'; readonly now: Instant }
  | { readonly status: 'answered'; readonly known: ReadonlyMap<string, KnownAnswer> };

export interface KnownAnswer {
  readonly command: unknown;
  readonly outcome: Outcome;
}

export interface Kept<State> {
  version: number;
  dueAt: Instant | undefined;
  readonly fields: State;
}

export const SKEW_LIMIT_MS = 500;
const SHARDS = 2;

/**
 * What `store-redis.ts` promises, in one process and at once: the version check, the answers under request ids, the time
 * of the server, and an outbox for each shard, all in one step.
 */
export class DecisionStoreModel<State extends object, Event> {
  readonly simulation: Simulation;
  readonly outboxes: readonly OutboxModel<Event>[];
  /** What is written stays; tests look on. */
  readonly onCommitted: (draft: Draft<State, Event>, kept: Kept<State>) => void;
  readonly #kept = new Map<string, Kept<State>>();
  readonly #answers = new Map<string, KnownAnswer>();
  readonly #skewLimit: number;

  constructor(
    simulation: Simulation,
    onCommitted: (draft: Draft<State, Event>, kept: Kept<State>) => void,
    skewLimit = SKEW_LIMIT_MS,
  ) {
    this.simulation = simulation;
    this.onCommitted = onCommitted;
    this.#skewLimit = skewLimit;
    this.outboxes = Array.from({ length: SHARDS }, () => new OutboxModel<Event>());
  }

  get names(): IterableIterator<string> {
    return this.#kept.keys();
  }

  shardOf(name: string): number {
    return shardOf(name) % this.outboxes.length;
  }

  peek(name: string): Kept<State> | undefined {
    return this.#kept.get(name);
  }

  /** The caller owns the state. */
  load(name: string): { version: number; state: State; now: Instant } {
    const kept = this.#kept.get(name);
    return { version: kept?.version ?? 0, state: { ...kept?.fields } as State, now: this.simulation.now };
  }

  commit(draft: Draft<State, Event>): DraftResult {
    const known = this.answersTo(draft.settled);
    if (known) return { status: 'answered', known };
    const kept = this.#kept.get(draft.name) ?? { version: 0, dueAt: undefined, fields: {} as State };
    if (kept.version !== draft.expectedVersion) return { status: 'clash' };
    const { now } = this.simulation;
    if (Math.abs(now - draft.decidedAt) > this.#skewLimit) return { status: 'skew', now };
    if (draft.version !== kept.version) {
      applyPatch(kept.fields, draft.patch as never);
      kept.version = draft.version;
      kept.dueAt = draft.dueAt;
      this.#kept.set(draft.name, kept);
      this.outboxes[this.shardOf(draft.name)]?.append(draft.facts);
    }
    for (const { ask, outcome } of draft.settled)
      if (ask.requestKey) this.#answers.set(ask.requestKey, { command: ask.command, outcome });
    this.onCommitted(draft, kept);
    return { status: 'committed' };
  }

  /** Undefined when none of them was answered before. */
  protected answersTo(settled: readonly Settled<State, Event>[]): Map<string, KnownAnswer> | undefined {
    let known: Map<string, KnownAnswer> | undefined;
    for (const { ask } of settled) {
      const earlier = ask.requestKey && this.#answers.get(ask.requestKey);
      if (!ask.requestKey || !earlier) continue;
      known ??= new Map();
      known.set(ask.requestKey, earlier);
    }
    return known;
  }

  /** Aggregates of the shard whose deadline has passed by a replica's idea of the time. */
  due(shard: number, now: Instant): string[] {
    const names: string[] = [];
    for (const [name, { dueAt }] of this.#kept)
      if (dueAt !== undefined && dueAt <= now && this.shardOf(name) === shard) names.push(name);
    return names;
  }
}
