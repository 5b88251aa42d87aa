import type { Random } from '@giaolo/chassis/testing/simulator/random';
import type { Children } from '@giaolo/local/children';
import type { Report } from '@giaolo/local/report';

/** Servers that all scenarios share and none may harm: what is killed is a scenario's own. */
export interface Servers {
  readonly kafka: readonly string[];
  readonly redis: string;
  readonly redisLive: string;
}

export interface Context {
  readonly servers: Servers;
  /** Ended after the scenario. */
  readonly children: Children;
  /** Removed after the scenario. */
  readonly dir: string;
  /** When and where faults come; the same seed, the same faults. */
  readonly random: Random;
  readonly report: Report;
  /** Called after the scenario, the last one first, before the children end. */
  onEnd(act: () => unknown): void;
}

/** What came of a scenario, all of it by comparison with what was acknowledged, never by the product's own counters. */
export interface Outcome {
  /** Faults that did happen. */
  readonly injected: number;
  /** Commands or events that were acknowledged to whoever gave them. */
  readonly operations: number;
  /** Acknowledged, and not there. */
  readonly lost: number;
  /** Records on the bus beyond the first of each event. */
  readonly duplicated: number;
  /** Of those, the ones that had no effect on a consumer. */
  readonly dropped: number;
  /** From each fault, or from its end where the scenario says so, until work went on. */
  readonly recoveryMs: readonly number[];
  /** Promises that were broken beyond loss: order, effects that came twice, failpoints that never fired. */
  readonly broken: readonly string[];
  readonly notes: readonly string[];
}

export interface Aim {
  readonly of: 'p99' | 'max';
  readonly withinMs: number;
}

export type Form = 'short' | 'long';

export interface Scenario {
  readonly name: string;
  /** What happens, and from when recovery is counted. */
  readonly about: string;
  readonly recovery?: Aim;
  /** Why it cannot run here; undefined where it can. */
  readonly missing?: () => string | undefined;
  /** Jest's own patience with it. */
  readonly withinMs: Readonly<Record<Form, number>>;
  run(form: Form, context: Context): Promise<Outcome>;
}

interface Description<Params> extends Omit<Scenario, 'run'> {
  readonly short: Params;
  /** The numbers that are promised. */
  readonly long: Params;
  run(params: Params, context: Context): Promise<Outcome>;
}

export const scenario = <Params>({ short, long, run, ...rest }: Description<Params>): Scenario => ({
  ...rest,
  run: (form, context) => run(form === 'short' ? short : long, context),
});
