export type Freshness = 'fresh' | 'ageing' | 'stale' | 'unknown';

export interface Age {
  readonly freshness: Freshness;
  /** Milliseconds since the observation; absent when unknown. */
  readonly ms?: number;
}

/** Up to when a value of this kind is fresh, and from when it must not be read as the present. */
const LIMITS = {
  vehicle: { freshMs: 60_000, staleMs: 180_000 },
  lot: { freshMs: 120_000, staleMs: 600_000 },
} as const;

// Clocks of field devices differ a little from ours.
const CLOCK_SKEW_MS = 60_000;

/** A value observed well after `now` is unknown too: its age cannot be told. */
export function ageOf(kind: keyof typeof LIMITS, observedAt: number | undefined, now: number): Age {
  if (observedAt === undefined || observedAt > now + CLOCK_SKEW_MS) return { freshness: 'unknown' };
  const ms = Math.max(0, now - observedAt);
  const { freshMs, staleMs } = LIMITS[kind];
  return { ms, freshness: ms < freshMs ? 'fresh' : ms < staleMs ? 'ageing' : 'stale' };
}
