import { Bell } from './bell.ts';
import type { Instant } from './clock.ts';
import { log } from './log.ts';
import { counter } from './metrics.ts';
import type { Owned } from './ownership-tenure.ts';
import { begin, type Commanded, type News, type Policy, reconcile, type Standing } from './reconcile.ts';

const REREAD_MS = 2_000;
const RETRY_MS = 250;
const ALARM_RETRY_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

const failures = counter(
  'giaolo_reconcile_failures_total',
  'Steps towards the field that will be tried again, by step',
);

/** What goes to the field. Whoever executes it refuses a token lower than the highest it has seen. */
export interface FieldCommand<Value> extends Commanded<Value> {
  readonly token: number;
}

/** One thing in the field, as its owner deals with it. */
export interface Thing<Value> {
  readonly policy: Policy<Value>;
  /** On the scale of the decisions: `store.now`. */
  readonly now: () => Instant;
  /** Whether an alarm of an earlier owner stands. */
  readonly alarmed: boolean;
  /** The desired state as it was committed last. */
  desired(): Promise<Commanded<Value> | undefined>;
  /** Nothing is concluded from its end. Aborted by the end of the ownership and by the next send. */
  send(command: FieldCommand<Value>, signal: AbortSignal): Promise<void>;
  /** Called until it succeeds, so it may be called again for what was done. */
  tellAlarm(alarmed: boolean, standing: Standing<Value>): Promise<void>;
  /** Whenever the status, the alarm or what is commanded or acknowledged has changed. */
  tellStanding?(standing: Standing<Value>): void;
}

/** Where what comes from the field goes. */
export interface Reconciling<Value> {
  acknowledged(version: number): void;
  /** `at` by the clock of who saw it. */
  observed(value: Value, at: Instant): void;
  standing(): Standing<Value>;
  /** Resolves with the end of the ownership. */
  readonly ended: Promise<void>;
}

/** Brings the thing to its desired state and keeps it there, for as long as it is owned. */
export function keepReconciled<Value>(owned: Owned, thing: Thing<Value>): Reconciling<Value> {
  const { policy, now } = thing;
  const bell = new Bell();
  let state = begin<Value>(now(), thing.alarmed);
  let standing = reconcile(policy, state, undefined, now()).standing;
  let timer: NodeJS.Timeout | undefined;
  let sending = new AbortController();
  let alarmTold = thing.alarmed;
  let tellingAlarm = false;

  const step = (news?: News<Value>): void => {
    clearTimeout(timer);
    if (!owned.holds()) return;
    const judgement = reconcile(policy, state, news, now());
    const before = standing;
    ({ state, standing } = judgement);
    if (judgement.send) send(judgement.send);
    if (differ(before, standing)) thing.tellStanding?.(standing);
    if (standing.alarmed !== alarmTold && !tellingAlarm) void tellAlarm();
    timer = setTimeout(step, Math.max(1, Math.min(judgement.againInMs, LONGEST_WAIT_MS)));
  };

  const send = (command: Commanded<Value>): void => {
    sending.abort();
    sending = new AbortController();
    const signal = sending.signal;
    void attempt('send', () => thing.send({ ...command, token: owned.fence.token }, signal));
  };

  const attempt = async (what: string, act: () => Promise<void>): Promise<boolean> => {
    try {
      await act();
      return true;
    } catch (error) {
      failures.add(1, { step: what });
      log.debug({ name: owned.name, step: what, error: String(error) }, 'will be tried again');
      return false;
    }
  };

  const tellAlarm = async (): Promise<void> => {
    tellingAlarm = true;
    while (standing.alarmed !== alarmTold && owned.holds()) {
      const { alarmed } = standing;
      if (await attempt('alarm', () => thing.tellAlarm(alarmed, standing))) alarmTold = alarmed;
      else await new Promise((resolve) => setTimeout(resolve, ALARM_RETRY_MS));
    }
    tellingAlarm = false;
  };

  const reread = async (): Promise<void> => {
    while (owned.holds()) {
      const read = await attempt('read', async () => {
        const commanded = await thing.desired();
        if (commanded) step({ commanded });
      });
      await bell.wait(read ? REREAD_MS : RETRY_MS);
    }
    clearTimeout(timer);
  };

  owned.onNudge(() => bell.ring());
  owned.signal.addEventListener('abort', () => {
    sending.abort();
    bell.ring();
  });
  return {
    acknowledged: (version) => step({ acknowledged: { version, at: now() } }),
    observed: (value, at) => step({ observed: { value, at } }),
    standing: () => reconcile(policy, state, undefined, now()).standing,
    ended: reread(),
  };
}

const differ = <Value>(a: Standing<Value>, b: Standing<Value>): boolean =>
  a.status !== b.status ||
  a.alarmed !== b.alarmed ||
  a.commanded?.version !== b.commanded?.version ||
  a.acknowledged?.version !== b.acknowledged?.version;
