/** Servers that the benches may use. */
export interface Servers {
  readonly kafka: readonly string[];
  readonly redis: string;
}

/** One measured figure beside its baseline, both of the same run. */
export interface Row {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: string;
  readonly baselineValue: number;
  /** `value / baselineValue`: the median over the pairs of rounds, since the machine may drift between them. */
  readonly ratio: number;
  /** Operations measured on each side. */
  readonly n: number;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  run(servers: Servers): Promise<Row[]>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

interface Contest {
  readonly bench: string;
  readonly metric: string;
  readonly unit: string;
  readonly baseline: string;
  /** Operations of a round. */
  readonly n: number;
  readonly rounds?: number;
}

/** Runs both sides in turn after a warm-up of each; a side answers its figure for one round. */
export async function contest(
  { rounds = 5, n, ...names }: Contest,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<Row> {
  await theirs();
  await ours();
  const pairs: [ours: number, theirs: number][] = [];
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 === 0 ? await ours() : Number.NaN;
    const baseline = await theirs();
    pairs.push([round % 2 === 0 ? first : await ours(), baseline]);
  }
  return {
    ...names,
    value: median(pairs.map(([value]) => value)),
    baselineValue: median(pairs.map(([, value]) => value)),
    ratio: median(pairs.map(([value, base]) => value / base)),
    n: n * rounds,
  };
}

/** Operations per second of `work`, called `n` times by `callers` at once. */
export async function rateOf(n: number, callers: number, work: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < n) await work(next++);
    }),
  );
  return n / ((performance.now() - started) / 1_000);
}
