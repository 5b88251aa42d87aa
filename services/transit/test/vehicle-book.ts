import { Violation } from '@giaolo/chassis/testing/simulator/simulation';
import { scheduleDeviation } from '../src/trip/predict.ts';
import {
  type Advance,
  advance,
  type FollowedBy,
  type VehicleReport,
  type VehicleState,
} from '../src/vehicle/advance.ts';

/** What a vehicle's reports mean when nothing goes wrong: each newer one once, in the order in which they are on the bus. */
export class VehicleBook {
  readonly key: string;
  state: VehicleState | undefined;
  readonly #by: FollowedBy;
  readonly #advances = new Map<number, Advance>();
  readonly #untold = new Set<number>();
  /** Metres that were given out of each run. */
  readonly #distances = new Map<string, number>();
  readonly #reached = new Set<string>();
  #newestAt = 0;

  constructor(key: string, by: FollowedBy) {
    this.key = key;
    this.#by = by;
  }

  take(report: VehicleReport): void {
    const { at } = report;
    if (at <= this.#newestAt) return;
    this.#newestAt = at;
    const next = advance(this.state, report, this.#by, scheduleDeviation);
    if (!next) throw new Violation(`${this.key}: a newer report of ${time(at)} is passed over`);
    this.state = next.state;
    this.#advances.set(at, next);
    this.#untold.add(at);
    this.#judge(next, at);
  }

  /** What a consumer is about to tell of a report: always the same. */
  told(report: VehicleReport, next: Advance): void {
    const expected = this.#advances.get(report.at);
    if (!expected || !isSame(expected, next))
      throw new Violation(`${this.key} at ${time(report.at)}: ${plain(next)}, and not ${plain(expected)}`);
  }

  published(at: number): void {
    this.#untold.delete(at);
  }

  /** When all is quiet. */
  check(remembered: string | undefined): void {
    const [missing] = this.#untold;
    if (missing) throw new Violation(`${this.key}: nothing was ever told of ${time(missing)}`);
    const expected = this.state && JSON.stringify(this.state);
    if (remembered !== expected) throw new Violation(`${this.key}: ${remembered} is remembered, and not ${expected}`);
  }

  #judge({ placed, predictions }: Advance, at: number): void {
    let earliest = at;
    for (const { predictedAt } of predictions ?? []) {
      if (predictedAt < earliest) throw new Violation(`${this.key}: a prediction of ${time(at)} goes back in time`);
      earliest = predictedAt;
    }
    if (!placed) return;
    const { run, placement, progress } = placed;
    if (placement.distance < (this.#distances.get(run.key) ?? 0))
      throw new Violation(`${this.key} goes back: ${time(at)}`);
    this.#distances.set(run.key, placement.distance);
    for (const { stop, arrivalAt } of progress.reached) {
      const arrival = `${run.key}/${stop}`;
      if (this.#reached.has(arrival)) throw new Violation(`${this.key} reaches ${arrival} twice`);
      if (arrivalAt > at) throw new Violation(`${this.key} will have reached ${arrival}`);
      this.#reached.add(arrival);
    }
  }
}

const time = (at: number): string => new Date(at).toISOString().slice(11, 19);

const plain = (next: Advance | undefined): string =>
  JSON.stringify(next && { ...next, placed: next.placed && { ...next.placed, run: next.placed.run.key } });

function isSame(a: Advance, b: Advance): boolean {
  const [reachedA, reachedB] = [a.placed?.progress.reached ?? [], b.placed?.progress.reached ?? []];
  return (
    a.placed?.placement.distance === b.placed?.placement.distance &&
    a.placed?.placement.offset === b.placed?.placement.offset &&
    a.placed?.progress.lateness === b.placed?.progress.lateness &&
    a.placed?.run.key === b.placed?.run.key &&
    a.unplaced === b.unplaced &&
    a.trip?.tripId === b.trip?.tripId &&
    a.left?.tripId === b.left?.tripId &&
    a.predictions?.length === b.predictions?.length &&
    (a.predictions ?? []).every(({ predictedAt }, i) => predictedAt === b.predictions?.[i]?.predictedAt) &&
    reachedA.length === reachedB.length &&
    reachedA.every(({ stop, arrivalAt }, i) => stop === reachedB[i]?.stop && arrivalAt === reachedB[i]?.arrivalAt)
  );
}
