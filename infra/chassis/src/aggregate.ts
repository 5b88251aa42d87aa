import type { Authority } from './access.ts';
import type { Topic } from './bus.ts';
import type { Instant } from './clock.ts';
import type { Evolve } from './decide.ts';
import type { Principal, Unit } from './principal.ts';

/** On whose behalf a command is decided; nothing is decided without. */
export interface Caller {
  readonly principal: Principal;
  /** Judges whether this may be done to the aggregate; asked before anything is decided. */
  readonly authority: Authority;
  /** The unit of an aggregate that is not there yet, when the command makes it. */
  readonly createsIn?: Unit | undefined;
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
  /** The administrative unit that it belongs to; undefined before it was made. */
  readonly unitOf: (state: Readonly<State>) => Unit | undefined;
  /** `<domain>.<entity>.state.v1`, compacted: what the aggregates are rebuilt from. */
  readonly stateTopic: { readonly name: string };
  /** When the aggregate must decide by itself next. */
  readonly nextDeadline?: (state: Readonly<State>) => Instant | undefined;
}
