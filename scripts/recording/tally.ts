import type { Instant } from '@giaolo/chassis/clock';

/** Minutes ahead, from and to. */
export const horizons = ['0-3', '3-6', '6-12', '12-30'] as const;
export type Horizon = (typeof horizons)[number];

export interface HorizonScore {
  /** Predictions for stops that were reached this far ahead. */
  readonly n: number;
  /** Seconds; null when there are none, as everywhere here. */
  readonly mae: number | null;
  /** Mean of actual less predicted, seconds: positive = the bus came later than was said. */
  readonly bias: number | null;
  /** Predictions that said "this far ahead", whatever came of it. */
  readonly predicted: number;
  /** Percent of those that MBTA calls accurate. */
  readonly mbta: number | null;
  /** Predictions that said "this far ahead" for stops that the vehicle never came to. */
  readonly unrealised: number;
  /** The percentage when those count as misses, as MBTA has it. */
  readonly mbtaWithUnrealised: number | null;
}

export interface MethodScore {
  readonly horizons: Readonly<Record<Horizon, HorizonScore>>;
  readonly all: HorizonScore;
  /** ETA Accuracy Benchmark, percent; null when one of its bins is empty. */
  readonly benchmark: number | null;
  /** Stops that were reached within half an hour without a prediction at that instant. */
  readonly missing: number;
}

const MINUTE = 60;
const edges = [3, 6, 12, 30].map((minutes) => minutes * MINUTE);

/** Seconds that a bus may be earlier and later than was said; by how far ahead it was said. Exclusive. */
const mbtaBounds = [
  { early: 60, late: 60 },
  { early: 90, late: 120 },
  { early: 150, late: 210 },
  { early: 240, late: 360 },
] as const;

/** The same, by how far ahead it really was. Inclusive. */
const benchmarkBins = [
  { until: 3 * MINUTE, early: 30, late: 90 },
  { until: 6 * MINUTE, early: 60, late: 150 },
  { until: 10 * MINUTE, early: 60, late: 210 },
  { until: 15 * MINUTE, early: 90, late: 270 },
] as const;

class Bin {
  n = 0;
  absolute = 0;
  sum = 0;
  predicted = 0;
  accurate = 0;
  unrealised = 0;

  add(other: Bin): void {
    this.n += other.n;
    this.absolute += other.absolute;
    this.sum += other.sum;
    this.predicted += other.predicted;
    this.accurate += other.accurate;
    this.unrealised += other.unrealised;
  }

  score(): HorizonScore {
    const { n, predicted, accurate, unrealised } = this;
    return {
      n,
      mae: share(this.absolute, n),
      bias: share(this.sum, n),
      predicted,
      mbta: share(100 * accurate, predicted),
      unrealised,
      mbtaWithUnrealised: share(100 * accurate, predicted + unrealised),
    };
  }
}

const share = (sum: number, n: number): number | null => (n === 0 ? null : sum / n);

/** Adds up the errors of one method: by the time that really remained, and by the time that was said to remain. */
export class Tally {
  readonly #bins = horizons.map(() => new Bin());
  readonly #benchmark = benchmarkBins.map(() => ({ n: 0, accurate: 0 }));
  #missing = 0;

  /** `now`: when the prediction stood; the actual time is after it, by less than half an hour. */
  add(now: Instant, predictedAt: Instant, actualAt: Instant): void {
    const error = (actualAt - predictedAt) / 1000;
    const ahead = (actualAt - now) / 1000;
    const bin = this.#bins[binOf(ahead)];
    if (bin) {
      bin.n++;
      bin.absolute += Math.abs(error);
      bin.sum += error;
    }
    this.#addMbta(binOf((predictedAt - now) / 1000), error);
    const i = benchmarkBins.findIndex(({ until }) => ahead < until);
    const [bounds, count] = [benchmarkBins[i], this.#benchmark[i]];
    if (!bounds || !count) return;
    count.n++;
    if (error >= -bounds.early && error <= bounds.late) count.accurate++;
  }

  /** A prediction for a stop that the vehicle never came to, and when the recording ended. */
  addUnrealised(now: Instant, predictedAt: Instant, endsAt: Instant): void {
    const i = binOf((predictedAt - now) / 1000);
    const [bin, bounds] = [this.#bins[i], mbtaBounds[i]];
    // It may still come: only once it would be too late does its absence tell.
    if (bin && bounds && predictedAt + bounds.late * 1000 <= endsAt) bin.unrealised++;
  }

  addMissing(): void {
    this.#missing++;
  }

  score(): MethodScore {
    const all = new Bin();
    for (const bin of this.#bins) all.add(bin);
    const shares = this.#benchmark.map(({ n, accurate }) => share(100 * accurate, n));
    return {
      horizons: Object.fromEntries(
        horizons.map((name, i) => [name, this.#bins[i]?.score()]),
      ) as MethodScore['horizons'],
      all: all.score(),
      benchmark: shares.every((value) => value !== null) ? shares.reduce((a, b) => a + b, 0) / shares.length : null,
      missing: this.#missing,
    };
  }

  #addMbta(i: number, error: number): void {
    const [bin, bounds] = [this.#bins[i], mbtaBounds[i]];
    if (!bin || !bounds) return;
    bin.predicted++;
    if (error > -bounds.early && error < bounds.late) bin.accurate++;
  }
}

/** -1 when it is further ahead than the last. */
const binOf = (seconds: number): number => edges.findIndex((edge) => seconds < edge);
