import type { Ask, Outcome } from './decision-store.ts';
import { send } from './network.ts';
import type { Heard, Replica } from './replica.ts';
import { type Simulation, Violation } from './simulation.ts';

const ATTEMPTS = 8;
const PATIENCE_MS = 5_000;

/**
 * Callers who ask again, at any replica, when they hear nothing or that it may work later, and some who ask again although
 * they had an answer; each gives up in the end. What they hear under one request id must be one answer.
 */
export class Callers<State extends object, Event> {
  readonly #simulation: Simulation;
  readonly #replicas: readonly Replica<State, Event>[];
  /** Told of every answer, whatever it says. */
  readonly #onHeard: (ask: Ask<State, Event>) => void;
  #waiting = 0;

  constructor(
    simulation: Simulation,
    replicas: readonly Replica<State, Event>[],
    onHeard: (ask: Ask<State, Event>) => void,
  ) {
    this.#simulation = simulation;
    this.#replicas = replicas;
    this.#onHeard = onHeard;
  }

  /** How many still want an answer. */
  get waiting(): number {
    return this.#waiting;
  }

  ask(ask: Ask<State, Event>): void {
    const simulation = this.#simulation;
    let attempts = 0;
    let first: Outcome | undefined;
    let isOver = false;
    this.#waiting++;
    const end = () => {
      if (!isOver) this.#waiting--;
      isOver = true;
    };
    const hear = (heard: Heard) => {
      if ('error' in heard) {
        if (heard.error === 'REQUEST_ID_REUSED') end();
        return;
      }
      if (first && ask.requestKey && first !== heard)
        throw new Violation(`two answers to ${ask.requestKey}: ${JSON.stringify([first, heard])}`);
      first ??= heard;
      this.#onHeard(ask);
      end();
    };
    const attempt = () => {
      const mayStop = isOver && !simulation.random.chance(simulation.faults.double / 2);
      if (mayStop) return;
      if (attempts++ === ATTEMPTS) {
        end();
        return;
      }
      const replica = simulation.random.pick(this.#replicas);
      send(simulation, () =>
        replica.process.take(() => replica.handle(ask, (heard) => send(simulation, () => hear(heard)))),
      );
      simulation.after(simulation.random.between(1_000, PATIENCE_MS), attempt);
    };
    attempt();
  }
}
