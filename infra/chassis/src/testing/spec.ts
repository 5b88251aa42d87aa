import { expect } from '@jest/globals';
import { accept, type Decide, type Evolve, fold, refuse } from '../decide.ts';

/**
 * Given / when / then over events:
 * `specFor(evolve)(...history).when(decide, command, now).then(...events)` or `.thenRefuses(reason)`.
 */
export function specFor<State extends object, Event>(evolve: Evolve<State, Event>) {
  return (...history: Event[]) => ({
    when: <Command, Refusal extends string>(
      decide: Decide<State, Command, Event, Refusal>,
      command: Command,
      now = 0,
    ) => {
      const decision = decide(fold(evolve, history), command, now);
      return {
        // biome-ignore lint/suspicious/noThenProperty: given / when / then; nobody awaits it
        then: (...events: Event[]) => expect(decision).toEqual(accept(...events)),
        thenRefuses: (reason: Refusal) => expect(decision).toEqual(refuse(reason)),
      };
    },
  });
}
