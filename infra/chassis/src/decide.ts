/** What a use case answers: facts that now hold, or the reason why nothing changes. */
export type Decision<Event, Refusal extends string> =
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly reason: Refusal };

export const accept = <Event>(...events: Event[]): Decision<Event, never> => ({ accepted: true, events });

export const refuse = <Refusal extends string>(reason: Refusal): Decision<never, Refusal> => ({
  accepted: false,
  reason,
});

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * The state of an aggregate is a record of small fields, stored as a Redis hash; an event changes few of them.
 * `undefined` deletes the field.
 */
export type Patch<State> = { readonly [Field in keyof State]?: State[Field] | undefined };

/** A pure use case: what does `command` do to `state` at `now`? */
export type Decide<State, Command, Event, Refusal extends string> = (
  state: State,
  command: Command,
  now: number,
) => Decision<Event, Refusal>;

/** Total: every event that was ever decided has a patch. */
export type Evolve<State, Event> = (state: State, event: Event) => Patch<State>;

/** Applies a patch in place: the caller owns `state`. */
export function applyPatch<State extends object>(state: State, patch: Patch<State>): void {
  const fields = state as Record<string, unknown>;
  for (const [field, value] of Object.entries(patch)) {
    if (value === undefined) delete fields[field];
    else fields[field] = value;
  }
}

/** The state after a history; the empty record is the state before any event. */
export function fold<State extends object, Event>(evolve: Evolve<State, Event>, history: Iterable<Event>): State {
  const state = {} as State;
  for (const event of history) applyPatch(state, evolve(state, event));
  return state;
}
