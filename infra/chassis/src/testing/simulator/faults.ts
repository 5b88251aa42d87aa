import type { Random } from './random.ts';

/** How likely each fault is: of messages, for each of them; of processes, for each event of the run. */
export interface Faults {
  /** A message is lost. */
  readonly drop: number;
  /** A message comes twice. */
  readonly double: number;
  /** A message comes up to a minute late, and others overtake it. */
  readonly late: number;
  /** A process is killed, and starts again a little later. */
  readonly crash: number;
  /** A process stands still for up to a minute, and goes on as if nothing had been. */
  readonly freeze: number;
  /** The clock of a process jumps. */
  readonly jump: number;
  /** Something that processes share out among them goes from one that works to another. */
  readonly move: number;
}

export const NO_FAULTS: Faults = { drop: 0, double: 0, late: 0, crash: 0, freeze: 0, jump: 0, move: 0 };

/**
 * Some seeds have much of one fault, some a little of all, some none: where everything always goes wrong at once, what
 * one fault alone can do stays hidden.
 */
export function drawFaults(random: Random): Faults {
  const upTo = (worst: number) => (random.chance(0.4) ? 0 : worst * random.share() ** 2);
  return {
    drop: upTo(0.25),
    double: upTo(0.3),
    late: upTo(0.3),
    crash: upTo(0.01),
    freeze: upTo(0.01),
    jump: upTo(0.02),
    move: upTo(0.01),
  };
}
