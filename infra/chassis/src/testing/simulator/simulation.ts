import type { Instant } from '../../clock.ts';
import { type Act, Agenda } from './agenda.ts';
import { drawFaults, type Faults, NO_FAULTS } from './faults.ts';
import { Random } from './random.ts';

const { imul } = Math;

/** What must never be so was so. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export interface SimulationOptions {
  /** Keeps a story of what happened: slow. */
  readonly told?: boolean;
  /** The true time at the start. */
  readonly origin?: Instant;
  /** Where faults shall not be drawn from the seed. */
  readonly faults?: Partial<Faults>;
}

/** Events of a quiet time; more are a sign of something that is tried again for ever. */
const MOST_TO_SETTLE = 200_000;

interface Mishap {
  readonly act: Act;
  /** Events from one to the next, at most. */
  readonly gap: number;
  next: number;
}

/**
 * A world of its own, with its own time, in which everything follows from the seed. What takes part in it schedules what
 * it does next, and draws all chance from `random`.
 */
export class Simulation {
  readonly seed: number;
  readonly random: Random;
  /** A run that is told keeps its story; see `tell`. */
  readonly story: string[] | undefined;
  /** What a message takes at most when nothing is wrong; 0 in some seeds, so that much happens in the same millisecond. */
  readonly latencyMs: number;
  readonly #agenda = new Agenda();
  readonly #mishaps: Mishap[] = [];
  readonly #drawn: Faults;
  readonly #onResume: Act[] = [];
  #faults: Faults;
  #now: Instant;
  #handled = 0;
  #nextMishap = Number.POSITIVE_INFINITY;
  #low = 0x811c9dc5 | 0;
  #high = 0x01000193 | 0;

  constructor(seed: number, { told = false, origin = Date.UTC(2026, 0, 5), faults = {} }: SimulationOptions = {}) {
    this.seed = seed;
    this.random = new Random(seed);
    this.story = told ? [] : undefined;
    this.#drawn = { ...drawFaults(this.random), ...faults };
    this.#faults = this.#drawn;
    this.latencyMs = this.random.pick([0, 2, 8]);
    this.#now = origin;
  }

  /** The true time, which is also that of the servers; what a process takes for it is its own affair. */
  get now(): Instant {
    return this.#now;
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** Nothing goes wrong any more, and nothing new is begun. */
  get isQuiet(): boolean {
    return this.#faults === NO_FAULTS;
  }

  /** How many events there were. */
  get handled(): number {
    return this.#handled;
  }

  /** Follows from all that happened, in its order: two runs with the same trace were the same. */
  get trace(): string {
    return [this.#low, this.#high].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  after(ms: number, act: Act): void {
    this.#agenda.add(this.#now + ms, act);
  }

  /** `act` goes wrong now and then, as often as the fault is likely; never when things are quiet. */
  mishap(kind: keyof Faults, act: Act): void {
    const rate = this.#faults[kind];
    if (rate === 0) return;
    const gap = Math.ceil(2 / rate);
    const next = this.#handled + this.random.between(1, gap);
    this.#mishaps.push({ act, gap, next });
    this.#nextMishap = Math.min(this.#nextMishap, next);
  }

  /** Takes a number that tells what happened into the trace. */
  note(value: number): void {
    this.#low = imul(this.#low ^ value, 0x01000193);
    this.#high = imul((this.#high << 5) ^ (this.#high >>> 27) ^ value, 0x85ebca6b);
  }

  /** Ask for `story` first: in a run that is not told, not even the words are put together. */
  tell(what: string): void {
    this.story?.push(`${new Date(this.#now).toISOString().slice(5, 23)}  ${what}`);
  }

  /** Throws a Violation unless `isSo`. */
  demand(isSo: boolean, what: () => string): void {
    if (!isSo) throw new Violation(what());
  }

  /** So many events more. */
  run(events: number): void {
    const end = this.#handled + events;
    while (this.#handled < end && this.#agenda.size > 0) {
      if (this.#handled >= this.#nextMishap) this.#goWrong();
      this.#step();
    }
  }

  /** Lets all that was begun come to its end: nothing goes wrong for so long. */
  settle(ms: number): void {
    this.#faults = NO_FAULTS;
    if (this.story) this.tell('all is quiet');
    const end = this.#now + ms;
    const most = this.#handled + MOST_TO_SETTLE;
    while (this.#agenda.nextAt <= end) {
      this.#step();
      if (this.#handled > most) throw new Violation('it never comes to rest');
    }
  }

  /** Called when things go wrong again after a quiet time. */
  onResume(act: Act): void {
    this.#onResume.push(act);
  }

  resume(): void {
    this.#faults = this.#drawn;
    for (const act of this.#onResume) act();
  }

  #step(): void {
    const at = this.#agenda.nextAt;
    const act = this.#agenda.take();
    this.note(at - this.#now);
    this.#now = at;
    this.#handled++;
    act?.();
  }

  #goWrong(): void {
    this.#nextMishap = Number.POSITIVE_INFINITY;
    for (const mishap of this.#mishaps) {
      if (this.#handled >= mishap.next) {
        mishap.next = this.#handled + this.random.between(1, mishap.gap);
        mishap.act();
      }
      this.#nextMishap = Math.min(this.#nextMishap, mishap.next);
    }
  }
}
