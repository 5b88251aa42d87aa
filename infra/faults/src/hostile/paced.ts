/** No answer in time: on a machine that others use too, that says little of whoever was asked. */
export class TooLate extends Error {}

/** What became of calls; a failed one is kept by its reason, and by what was going on. */
export class CallTally {
  answered = 0;
  /** What is going on. */
  during = 'before';
  readonly #failed = new Map<string, number>();
  readonly #late = new Map<string, number>();
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  fail(error: Error): void {
    const kept = error instanceof TooLate ? this.#late : this.#failed;
    const why = `${this.#what}: ${error.message} (${this.during})`;
    kept.set(why, (kept.get(why) ?? 0) + 1);
  }

  get failed(): number {
    return sumOf(this.#failed);
  }

  get late(): number {
    return sumOf(this.#late);
  }

  /** `3 x REST: read ECONNRESET (end of parking)` */
  get failures(): string[] {
    return told(this.#failed);
  }

  get delays(): string[] {
    return told(this.#late);
  }
}

const sumOf = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, one) => sum + one, 0);
const told = (counts: ReadonlyMap<string, number>): string[] => [...counts].map(([why, count]) => `${count} x ${why}`);

export interface Pace {
  /** Calls under way are waited for. */
  stop(): Promise<void>;
}

const TICK_MS = 10;
const MOST_UNDER_WAY = 1_000;

/** Calls so many times a second whatever becomes of them, as a crowd of callers does. `call` rejects with the reason. */
export function paced(perSecond: number, tally: CallTally, call: (number: number) => Promise<void>): Pace {
  const began = performance.now();
  const underWay = new Set<Promise<void>>();
  let made = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) * perSecond) / 1_000);
    for (; made < due; made++) {
      if (underWay.size >= MOST_UNDER_WAY) {
        tally.fail(new TooLate('not made, since too many wait for their answer'));
        continue;
      }
      const one = call(made).then(
        () => void tally.answered++,
        (error: Error) => tally.fail(error),
      );
      underWay.add(one);
      void one.then(() => underWay.delete(one));
    }
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}
