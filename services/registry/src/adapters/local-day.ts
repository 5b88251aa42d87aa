import type { Instant } from '@giaolo/chassis/clock';

/** Viet Nam has no summer time. */
const ZONE_MS = 7 * 3_600_000;

export const localDay = (now: Instant): string => new Date(now + ZONE_MS).toISOString().slice(0, 10);
