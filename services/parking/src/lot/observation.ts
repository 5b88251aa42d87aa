import type { Instant } from '@giaolo/chassis/clock';

/** Why what a field device says is not taken for what it saw. */
export type ObservationRefusal = 'IN_FUTURE' | 'LOT_UNKNOWN' | 'NOT_MEASURED_SO';

/** Field clocks are not ours; one that runs further ahead would silence every right observation after it. */
export const FUTURE_TOLERANCE_MS = 60_000;

export const isInFuture = (observedAt: Instant, now: Instant): boolean => observedAt > now + FUTURE_TOLERANCE_MS;
