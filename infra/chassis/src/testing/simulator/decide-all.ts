import type { Instant } from '../../clock.ts';
import { applyPatch, type Evolve, type Json } from '../../decide.ts';
import type { Ask, Draft, Outcome, Settled } from './decision-store.ts';
import type { Entry } from './log.ts';

export interface Aggregate<State extends object, Event> {
  readonly evolve: Evolve<State, Event>;
  readonly nextDeadline: (state: State) => Instant | undefined;
}

export interface Known<State> {
  version: number;
  readonly state: State;
}

/** The decisions of one batch, each upon what the one before it left; `known.state` is changed in place. */
export function decideAll<State extends object, Event>(
  { evolve, nextDeadline }: Aggregate<State, Event>,
  name: string,
  { version: expectedVersion, state }: Known<State>,
  asks: readonly Ask<State, Event>[],
  decidedAt: Instant,
): Draft<State, Event> {
  const patch: Record<string, Json | undefined> = {};
  const facts: Entry<Event>[] = [];
  const settled: Settled<State, Event>[] = [];
  let version = expectedVersion;
  for (const ask of asks) {
    const decision = ask.decide(state, ask.command as never, decidedAt);
    const events = decision.accepted ? decision.events : [];
    for (const event of events) {
      const change = evolve(state, event);
      applyPatch(state, change);
      Object.assign(patch, change);
      facts.push({ key: name, sequence: ++version, value: event });
    }
    const outcome: Outcome = decision.accepted ? { accepted: true, answer: ask.answer(state, events) } : decision;
    settled.push({ ask, outcome, events });
  }
  const dueAt = nextDeadline(state);
  return { name, expectedVersion, version, patch, facts, settled, dueAt, decidedAt };
}
