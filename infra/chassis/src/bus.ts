import type { Instant } from './clock.ts';
import type { LiveView } from './live-view.ts';

/** How a message of a topic is written and read; ts-proto's message objects fit. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

export interface Topic<T> {
  /** `<domain>.<entity>.<fact>.v<major>` */
  readonly name: string;
  readonly codec: Codec<T>;
}

/** A record as it goes to the bus; `headers` with text values. */
export interface Outgoing {
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A record as it came from the bus, read. */
export interface Received<T> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly value: T;
  /** When the fact happened or was observed; the producer's time where the record does not say. */
  readonly time: Instant;
  /** `ce_sequence`: version of the aggregate; absent on observations. */
  readonly sequence: number | undefined;
  /** `ce_id`; absent on observations. */
  readonly id: string | undefined;
  /** Subject of the principal whose act this is. */
  readonly subject: string;
  /** `code/valid-from` of the unit it acted in. */
  readonly unit: string;
  readonly traceparent: string;
}

export interface Publisher {
  /**
   * Resolves when all records are on the bus for good. Rejects with OVERLOADED when too much waits already;
   * a record that was rejected may still appear. `isStillOurs` is asked before each attempt: once it says no, the
   * records are not sent any more, and the promise rejects.
   */
  send(records: readonly Outgoing[], isStillOurs?: () => boolean): Promise<void>;
}

export interface Consumption {
  /** `<service>.<purpose>`: each record goes to one member of the group. */
  readonly group: string;
  readonly handlers: readonly Handler[];
  /** Where records go that cannot be read or never be handled. */
  readonly deadLetters: string;
}

export interface Handler {
  readonly topic: Topic<unknown>;
  /**
   * Effects of a batch of one partition, in order. Its offsets are committed after it returned. A ServiceError that says
   * "come again" is tried again for ever; anything else is found record by record and becomes a dead letter.
   */
  readonly handle: (batch: readonly Received<never>[]) => Promise<void>;
}

/** Ties the types of a topic and its handler together. */
export function on<T>(topic: Topic<T>, handle: (batch: readonly Received<T>[]) => Promise<void>): Handler {
  return { topic: topic as Topic<unknown>, handle: handle as Handler['handle'] };
}

export interface ViewSource<V> {
  readonly topic: Topic<unknown>;
  /** What the view keeps of a record under its key; undefined forgets the key. */
  readonly project: (received: Received<never>) => V | undefined;
}

export function view<T, V>(topic: Topic<T>, project: (received: Received<T>) => V | undefined): ViewSource<V> {
  return { topic: topic as Topic<unknown>, project: project as ViewSource<V>['project'] };
}

export interface ViewOptions<V> {
  readonly sources: readonly ViewSource<V>[];
  /** False once a value has nothing to tell any more; it then leaves the snapshot. */
  readonly keep?: (value: V, now: Instant) => boolean;
  /** Begins so many records before the end of each partition: for what is recent, of topics that are kept for ever. */
  readonly newest?: number;
}

/** What a service may do with the bus; Kafka behind it, or this process in tests. */
export interface Bus {
  readonly publisher: Publisher;
  consume(consumption: Consumption): Promise<void>;
  /** Every partition on every replica, from the start of what is retained; never commits. */
  view<V>(options: ViewOptions<V>): Promise<LiveView<V>>;
  /**
   * To be called with records that may have come after newer ones of their keys, none of which was written before `since`:
   * puts the newest at the end again.
   */
  mend(records: readonly Outgoing[], since: Instant): Promise<void>;
  /** True when nothing was ever written to these topics. */
  isUntouched(topics: readonly { readonly name: string }[]): Promise<boolean>;
  /** Consumers and views finish their batches and leave; sending goes on. */
  stopConsuming(): Promise<void>;
  /** Sends what waits, then disconnects. */
  close(): Promise<void>;
}
