import { AsyncLocalStorage } from 'node:async_hooks';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Instant } from './clock.ts';

/** What calls made while serving a call take over from it. */
export interface Ambient {
  /** On the wall clock. */
  readonly deadline: Instant | undefined;
  /** The caller's bearer token, for services that act on its behalf. */
  readonly token: string | undefined;
}

const current = new AsyncLocalStorage<Ambient>();

/** The call that is being served; undefined outside any. */
export const ambient = (): Ambient | undefined => current.getStore();

export const within = <Args extends unknown[], Result>(
  call: Ambient,
  work: (...args: Args) => Result,
  ...args: Args
): Result => current.run(call, work, ...args);

/** For work that outlives the call which happens to start it: no deadline, no token, a trace of its own. */
export const detached = <Result>(work: () => Result): Result => current.exit(() => context.with(ROOT_CONTEXT, work));
