import type { Json } from './decide.ts';
import { requestIdReused } from './errors.ts';
import type { Principal } from './principal.ts';
import { digest } from './store.ts';

/** A command that waits for its answer, as far as it may be a repeat. */
export interface Asked {
  readonly command: Json;
  /** Undefined when the caller gave no request id. */
  readonly requestKey: string | undefined;
  readonly resolve: (outcome: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Scope {
  readonly principal: Principal;
  readonly method: string;
  readonly requestId?: string | undefined;
}

/** Request ids count within subject, method and aggregate. */
export const requestKey = (name: string, { principal, method, requestId }: Scope): string | undefined =>
  requestId ? digest(`${principal.subject}\n${method}\n${name}\n${requestId}`) : undefined;

const bodyOf = (command: Json): string => digest(JSON.stringify(command));

/** What is kept under a request key: a hash of what was asked, and what was answered. */
export const storedAnswer = (command: Json, outcome: Json): string => `${bodyOf(command)}${JSON.stringify(outcome)}`;

/** Repeats of a request inside a batch wait for the next round, where they find the answer of the first. */
export function withoutRepeats<A extends Asked>(batch: readonly A[]): readonly A[] {
  const keys = new Set<string>();
  return batch.filter(({ requestKey }) => {
    if (requestKey === undefined) return true;
    if (keys.has(requestKey)) return false;
    keys.add(requestKey);
    return true;
  });
}

/** Answers the requests that were answered before, and returns the others; `answers` go with `asked`. */
export function answerRepeats<A extends Asked>(
  batch: readonly A[],
  asked: readonly { readonly key: string }[],
  answers: readonly (string | undefined)[],
): A[] {
  const earlier = new Map<string, string>();
  asked.forEach(({ key }, at) => {
    const answer = answers[at];
    if (answer !== undefined) earlier.set(key, answer);
  });
  return batch.filter((pending) => {
    const answer = pending.requestKey && earlier.get(pending.requestKey);
    if (!answer) return true;
    const body = bodyOf(pending.command);
    if (answer.startsWith(body)) pending.resolve(JSON.parse(answer.slice(body.length)) as never);
    else pending.reject(requestIdReused());
    return false;
  });
}
