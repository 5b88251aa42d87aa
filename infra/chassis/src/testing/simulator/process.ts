import type { Instant } from '../../clock.ts';
import type { Act } from './agenda.ts';
import type { Simulation } from './simulation.ts';

const RESTART_MS = 3_000;
const LONGEST_FREEZE_MS = 60_000;
const LARGEST_JUMP_MS = 90_000;

/** A process of a service: it may be killed and started again, stand still, and be wrong about the time. */
export class Process {
  readonly name: string;
  readonly #simulation: Simulation;
  /** Told when it starts again, with nothing in its memory. */
  readonly #onStart: Act[] = [];
  readonly #onCrash: Act[] = [];
  readonly #onSilence: Act[] = [];
  #life = 1;
  #isUp = true;
  #frozenUntil: Instant = 0;
  #ahead: number;

  constructor(simulation: Simulation, name: string) {
    this.name = name;
    this.#simulation = simulation;
    this.#ahead = simulation.faults.jump > 0 ? simulation.random.between(-LARGEST_JUMP_MS, LARGEST_JUMP_MS) : 0;
    simulation.mishap('crash', () => this.crash());
    simulation.mishap('freeze', () => this.freeze(simulation.random.between(1, LONGEST_FREEZE_MS)));
    simulation.mishap('jump', () => this.#jump());
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Up, and not standing still: so it looks to the others after a while. */
  get isAwake(): boolean {
    return this.#isUp && this.#frozenUntil <= this.#simulation.now;
  }

  /** What its own clock shows. */
  get clock(): Instant {
    return this.#simulation.now + this.#ahead;
  }

  onStart(act: Act): void {
    this.#onStart.push(act);
  }

  onCrash(act: Act): void {
    this.#onCrash.push(act);
  }

  /** When it begins to be silent, killed or standing still. */
  onSilence(act: Act): void {
    this.#onSilence.push(act);
  }

  /** From a start to the next: what was begun in an earlier one has nobody left who would go on with it. */
  get life(): number {
    return this.#life;
  }

  /**
   * Does `act` in so many milliseconds, unless it is killed before; where it stands still then, as soon as it goes on. For
   * answers, `life` says in which life they were asked for.
   */
  after(ms: number, act: Act, life = this.#life): void {
    const due = (): void => {
      const pause = this.#frozenUntil - this.#simulation.now;
      if (life !== this.#life) return;
      if (pause > 0) this.#simulation.after(pause, due);
      else act();
    };
    this.#simulation.after(ms, due);
  }

  /** What it sends goes out at once; or, where it stands still at the wrong moment, when it goes on. */
  leave(send: Act): void {
    const { random, faults, latencyMs } = this.#simulation;
    if (faults.freeze > 0) this.after(random.below(latencyMs + 1), send);
    else send();
  }

  /** A message for it: lost while it is down, taken up later while it stands still. */
  take(act: Act): void {
    if (!this.#isUp) return;
    if (this.#frozenUntil > this.#simulation.now) this.after(0, act);
    else act();
  }

  crash(): void {
    if (!this.#isUp) return;
    if (this.#simulation.story) this.#simulation.tell(`${this.name} is killed`);
    this.#isUp = false;
    this.#life++;
    this.#frozenUntil = 0;
    for (const act of this.#onCrash) act();
    for (const act of this.#onSilence) act();
    this.after(this.#simulation.random.between(1, RESTART_MS), () => {
      if (this.#simulation.story) this.#simulation.tell(`${this.name} starts again`);
      this.#isUp = true;
      for (const act of this.#onStart) act();
    });
  }

  freeze(ms: number): void {
    if (!this.isAwake) return;
    if (this.#simulation.story) this.#simulation.tell(`${this.name} stands still for ${ms} ms`);
    this.#frozenUntil = this.#simulation.now + ms;
    for (const act of this.#onSilence) act();
  }

  #jump(): void {
    this.#ahead = this.#simulation.random.between(-LARGEST_JUMP_MS, LARGEST_JUMP_MS);
    if (this.#simulation.story) this.#simulation.tell(`the clock of ${this.name} is ${this.#ahead} ms ahead`);
  }
}
