import type { Instant } from './clock.ts';

/** What a thing in the field is to do. */
export interface Commanded<Value> {
  /** Grows with every new desired state. */
  readonly version: number;
  readonly value: Value;
  /** When it was decided. */
  readonly at: Instant;
}

/** The thing has said that it took the command; not that it does it. */
export interface Acknowledged {
  readonly version: number;
  readonly at: Instant;
}

/** What the thing was seen to do. */
export interface Observed<Value> {
  readonly value: Value;
  /** By the clock of who saw it. */
  readonly at: Instant;
}

export interface Policy<Value> {
  readonly equal: (a: Value, b: Value) => boolean;
  /** Once the newest observation is this old, nothing is known any more. */
  readonly silentMs: number;
  /** How long a command may wait for its acknowledgement. */
  readonly acknowledgeMs: number;
  /** How long the thing may be seen to do something else: after a command, or after it was last seen to follow. */
  readonly followMs: number;
  /** A command is sent again after `first`, then after twice as long each time, up to `most`. */
  readonly resendMs: { readonly first: number; readonly most: number };
}

export type News<Value> =
  | { readonly commanded: Commanded<Value> }
  | { readonly acknowledged: Acknowledged }
  | { readonly observed: Observed<Value> };

/**
 * - `uncommanded`: nothing was ever asked of it
 * - `unknown`: it is silent, whatever it did last
 * - `following`: it is seen to do what it is to do
 * - `in-transition`: it is seen to do something else, and may still
 * - `unacknowledged`: the same, and it should have said by now that it took the command
 * - `departed`: it is seen to do something else, and may not any more
 */
export type Status = 'uncommanded' | 'unknown' | 'following' | 'in-transition' | 'unacknowledged' | 'departed';

export interface Standing<Value> {
  readonly status: Status;
  readonly commanded: Commanded<Value> | undefined;
  readonly acknowledged: Acknowledged | undefined;
  /** Show it with its age only. */
  readonly observed: (Observed<Value> & { readonly ageMs: number }) | undefined;
  /** From a departure until it is seen to follow again; silence does not end it. */
  readonly alarmed: boolean;
}

/** Opaque: `begin` makes the first, `reconcile` each next. What ends in `On` is on its own time, which never goes back. */
export interface Reconciliation<Value> {
  readonly now: Instant;
  /** Own time: ms since it began. */
  readonly elapsed: number;
  readonly commanded: Commanded<Value> | undefined;
  readonly commandedOn: number;
  readonly acknowledged: Acknowledged | undefined;
  /** `lateMs`: how old it was when it came. */
  readonly observed: (Observed<Value> & { readonly receivedOn: number; readonly lateMs: number }) | undefined;
  /** Since when it is seen to owe what it is to do; while it does, or while nobody sees it: now. */
  readonly owesOn: number;
  /** Whether it was seen to follow the present command. */
  readonly followed: boolean;
  readonly attempts: number;
  readonly sentOn: number;
  readonly alarmed: boolean;
}

export interface Judgement<Value> {
  readonly state: Reconciliation<Value>;
  readonly standing: Standing<Value>;
  /** To be sent now; it counts as sent. */
  readonly send: Commanded<Value> | undefined;
  readonly alarm: 'raised' | 'cleared' | undefined;
  /** Without news nothing changes before; Infinity = never. */
  readonly againInMs: number;
}

/** An observation from further ahead has a wrong clock, by which the next ones cannot be put in order. */
const AHEAD_MS = 2_000;

/** `alarmed`: an earlier owner has raised the alarm, and nobody has cleared it. */
export const begin = <Value>(now: Instant, alarmed = false): Reconciliation<Value> => ({
  now,
  elapsed: 0,
  commanded: undefined,
  commandedOn: 0,
  acknowledged: undefined,
  observed: undefined,
  owesOn: 0,
  followed: false,
  attempts: 0,
  sentOn: Number.NEGATIVE_INFINITY,
  alarmed,
});

/**
 * How it stands and what to do, upon news or because time has passed. Where `now` jumps back, time stands still for
 * that step; where it jumps ahead, what was seen is old, and nothing is known until the next observation.
 */
export function reconcile<Value>(
  policy: Policy<Value>,
  before: Reconciliation<Value>,
  news: News<Value> | undefined,
  now: Instant,
): Judgement<Value> {
  // Twice: the time up to the news is accounted for by what was known until then.
  const passed = account(policy, pass(before, now));
  const state = news ? account(policy, hear(passed, news)) : passed;
  const status = statusOf(policy, state);
  const alarmed = status === 'departed' || (state.alarmed && status !== 'following');
  const sends = sendInMs(policy, state) <= 0;
  const after = { ...state, alarmed, ...(sends && { attempts: state.attempts + 1, sentOn: state.elapsed }) };
  return {
    state: after,
    standing: standingOf(after, status),
    send: sends ? state.commanded : undefined,
    alarm: alarmed === before.alarmed ? undefined : alarmed ? 'raised' : 'cleared',
    againInMs: againInMs(policy, after, status),
  };
}

const pass = <Value>(state: Reconciliation<Value>, now: Instant): Reconciliation<Value> => ({
  ...state,
  now,
  elapsed: state.elapsed + Math.max(0, now - state.now),
});

function account<Value>(policy: Policy<Value>, state: Reconciliation<Value>): Reconciliation<Value> {
  const follows = seenToFollow(policy, state);
  if (follows === false) return state;
  const settled = follows && isAcknowledged(state);
  return {
    ...state,
    owesOn: state.elapsed,
    followed: state.followed || follows === true,
    attempts: settled ? 0 : state.attempts,
  };
}

function hear<Value>(state: Reconciliation<Value>, news: News<Value>): Reconciliation<Value> {
  const { commanded, acknowledged, observed, elapsed, now } = state;
  if ('commanded' in news) {
    if (commanded && news.commanded.version <= commanded.version) return state;
    const unsent = { followed: false, attempts: 0, sentOn: Number.NEGATIVE_INFINITY };
    return { ...state, commanded: news.commanded, commandedOn: elapsed, owesOn: elapsed, ...unsent };
  }
  if ('acknowledged' in news) {
    const { version } = news.acknowledged;
    const isNews = commanded && version <= commanded.version && !(acknowledged && version <= acknowledged.version);
    return isNews ? { ...state, acknowledged: news.acknowledged } : state;
  }
  const { value, at } = news.observed;
  if (observed && observed.at <= now + AHEAD_MS && at <= observed.at)
    // Of two at one instant the later word counts, but it is no fresher.
    return at === observed.at ? { ...state, observed: { ...observed, value } } : state;
  return { ...state, observed: { value, at, receivedOn: elapsed, lateMs: Math.max(0, now - at) } };
}

const isAcknowledged = <Value>({ acknowledged, commanded }: Reconciliation<Value>): boolean =>
  acknowledged !== undefined && acknowledged.version === commanded?.version;

const ageMs = <Value>({ observed, elapsed }: Reconciliation<Value>): number =>
  observed ? observed.lateMs + elapsed - observed.receivedOn : Number.POSITIVE_INFINITY;

/** Undefined when there is nothing to follow, or nothing known. */
function seenToFollow<Value>(policy: Policy<Value>, state: Reconciliation<Value>): boolean | undefined {
  const { observed, commanded } = state;
  if (!commanded || !observed || ageMs(state) >= policy.silentMs) return undefined;
  return policy.equal(observed.value, commanded.value);
}

function statusOf<Value>(policy: Policy<Value>, state: Reconciliation<Value>): Status {
  if (!state.commanded) return 'uncommanded';
  const follows = seenToFollow(policy, state);
  if (follows === undefined) return 'unknown';
  if (follows) return 'following';
  if (state.elapsed - state.owesOn >= policy.followMs) return 'departed';
  const waited = state.elapsed - state.commandedOn;
  return !isAcknowledged(state) && waited >= policy.acknowledgeMs ? 'unacknowledged' : 'in-transition';
}

/** Until it was acknowledged; and again when what was acknowledged is not done, or no longer: it may be forgotten. */
function sendInMs<Value>(policy: Policy<Value>, state: Reconciliation<Value>): number {
  if (!state.commanded) return Number.POSITIVE_INFINITY;
  const lapsed =
    seenToFollow(policy, state) === false && (state.followed || state.elapsed - state.owesOn >= policy.followMs);
  if (isAcknowledged(state) && !lapsed) return Number.POSITIVE_INFINITY;
  const { first, most } = policy.resendMs;
  return state.sentOn + Math.min(most, first * 2 ** Math.max(0, state.attempts - 1)) - state.elapsed;
}

function againInMs<Value>(policy: Policy<Value>, state: Reconciliation<Value>, status: Status): number {
  if (status === 'uncommanded') return Number.POSITIVE_INFINITY;
  const waits = [sendInMs(policy, state)];
  if (status !== 'unknown') waits.push(policy.silentMs - ageMs(state));
  if (status === 'in-transition' && !isAcknowledged(state))
    waits.push(policy.acknowledgeMs - (state.elapsed - state.commandedOn));
  if (status === 'in-transition' || status === 'unacknowledged')
    waits.push(policy.followMs - (state.elapsed - state.owesOn));
  return Math.min(...waits);
}

function standingOf<Value>(state: Reconciliation<Value>, status: Status): Standing<Value> {
  const { commanded, acknowledged, observed, alarmed } = state;
  const seen = observed && { value: observed.value, at: observed.at, ageMs: ageMs(state) };
  return { status, commanded, acknowledged, observed: seen, alarmed };
}
