import type { Ambient } from '../ambient.ts';

export interface ConnectOptions {
  /** Bearer token of this process; a function is asked for every call. */
  readonly token?: string | (() => string | undefined);
  /** While a call is served, calls made for it carry its caller's token instead. */
  readonly forward?: boolean;
}

export interface CallOptions {
  /**
   * Default for unary calls: 1 s for methods without side effects, 3 s for others; streams have none.
   * Always shortened to the deadline of the call that is being served.
   */
  readonly deadlineMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  /** The call on whose behalf this one is made, where it is not the one being served. */
  readonly parent?: Ambient;
  readonly token?: string;
}
