import { countBy } from './ledger.ts';
import type { Played } from './play.ts';
import { type Judgement, type Method, methods } from './score.ts';
import type { Horizon, HorizonScore } from './tally.ts';

type MethodErrors = Readonly<Record<Horizon | 'all', HorizonScore>> & {
  readonly benchmark: number | null;
  readonly missing: number;
};

/** What `--json` writes. */
export interface Result {
  /** matched + unmatched + refused + passed + lost */
  readonly positions: number;
  /** Placed on the path of their trip. */
  readonly matched: number;
  /** Of those: on the path by our own reckoning, and at most 60 m from it. */
  readonly matchedWithin60m: number;
  readonly backwardSteps: number;
  readonly unmatched: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  /** Not seen themselves: the stream was resumed by a snapshot. */
  readonly passed: number;
  /** Taken by the platform and never seen again. */
  readonly lost: number;
  /** Arrival times published, in so many publications. */
  readonly predictions: number;
  readonly publications: number;
  readonly arrivals: number;
  /** Instants times stops that were reached within half an hour of them: what the errors stand on. */
  readonly scored: number;
  /** Seconds and percent. */
  readonly errors: Readonly<Record<Method, MethodErrors>>;
  readonly seconds: number;
  readonly positionsPerSecond: number;
  /** Milliseconds from sending a position to seeing its progress; null when none was seen. */
  readonly latency: { readonly p50: number | null; readonly p99: number | null };
}

export function resultOf({ ledger, placements, published, seconds }: Played, judgement: Judgement): Result {
  const { sent } = ledger;
  const reasons = (kind: string) =>
    countBy(sent, ({ outcome }) => (outcome?.kind === kind ? outcome.reason : undefined));
  const latencies = Float64Array.from(ledger.latencies).sort();
  return {
    positions: sent.length,
    matched: sent.filter(({ outcome }) => outcome?.kind === 'placed').length,
    matchedWithin60m: placements.near,
    backwardSteps: placements.backward,
    unmatched: reasons('unplaced'),
    refused: reasons('refused'),
    passed: sent.filter(({ outcome }) => outcome?.kind === 'passed').length,
    lost: ledger.unaccounted.length,
    predictions: published.predictions,
    publications: published.publications,
    arrivals: judgement.arrivals.length,
    scored: judgement.predictions,
    errors: Object.fromEntries(methods.map((method) => [method, errorsOf(judgement, method)])) as Result['errors'],
    seconds,
    positionsPerSecond: seconds > 0 ? sent.length / seconds : 0,
    latency: { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
  };
}

function errorsOf({ scores }: Judgement, method: Method): MethodErrors {
  const { horizons, all, benchmark, missing } = scores[method];
  return { ...horizons, all, benchmark, missing };
}

/** Of sorted values; null when there are none. */
export const quantile = (sorted: Float64Array, share: number): number | null =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
