/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** The platform's only source of time. */
export interface Clock {
  readonly kind: 'wall' | 'rate' | 'recording';
  now(): Instant;
  /** Tells a clock that follows a recording how far the recording has come; others ignore it. */
  observe(instant: Instant): void;
}

export const wallClock: Clock = { kind: 'wall', now: () => Date.now(), observe: () => {} };

/** Starts at `origin` when the wall shows `startedAt`, and runs `rate` times as fast as the wall. */
export function rateClock(origin: Instant, rate: number, startedAt: Instant): Clock {
  return { kind: 'rate', now: () => Math.floor(origin + (Date.now() - startedAt) * rate), observe: () => {} };
}

// Further ahead, a device is wrong, not the recording gone on: its word would make all others too old.
const LONGEST_LEAP_MS = 7 * 24 * 3_600_000;

/** Stands at the newest instant observed so far, never earlier than `origin`; a leap of more than a week is not followed. */
export function recordingClock(origin: Instant): Clock {
  let watermark = origin;
  return {
    kind: 'recording',
    now: () => watermark,
    observe: (instant) => {
      if (instant > watermark && instant - watermark <= LONGEST_LEAP_MS) watermark = instant;
    },
  };
}

/**
 * Reads `wall`, `rate:<origin>@<times>@<started>` or `recording:<origin>` (instants in ISO 8601).
 * All processes of one platform are given the same text, so that their clocks agree.
 */
export function parseClock(text: string): Clock {
  if (text === 'wall') return wallClock;
  const [, kind, rest] = /^(rate|recording):(.+)$/.exec(text) ?? [];
  const [origin, rate, startedAt] = (rest ?? '').split('@');
  const instants = [origin, startedAt ?? origin].map((iso) => Date.parse(iso ?? ''));
  if (kind === 'recording' && !Number.isNaN(instants[0])) return recordingClock(instants[0] as Instant);
  if (kind === 'rate' && instants.every((at) => !Number.isNaN(at)) && Number(rate) > 0)
    return rateClock(instants[0] as Instant, Number(rate), instants[1] as Instant);
  throw new Error(`not a clock: "${text}"; write wall, rate:<origin>@<times>@<started> or recording:<origin>`);
}
