import type { Aim, Form, Outcome } from './scenario.ts';

export interface Recovery {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** One run of a scenario, as it is kept and shown. */
export interface Result extends Omit<Outcome, 'recoveryMs'> {
  readonly scenario: string;
  readonly form: Form;
  readonly seed: number;
  readonly tookMs: number;
  readonly recovery: Recovery | undefined;
  readonly aim: Aim | undefined;
}

export function recoveryOf(samples: readonly number[]): Recovery | undefined {
  if (samples.length === 0) return undefined;
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) as number };
}

/** Nothing lost, nothing doubled to a consumer, nothing else broken; times are told apart from this. */
export const isSafe = ({ lost, duplicated, dropped, broken }: Result): boolean =>
  lost === 0 && duplicated === dropped && broken.length === 0;

export const isInTime = ({ recovery, aim }: Result): boolean =>
  !aim || (recovery !== undefined && recovery[aim.of] <= aim.withinMs);
