import type { Instant } from '@giaolo/chassis/clock';

/** A position as an operator reports it; `undefined` where the field is missing. */
export interface ReportedPosition {
  readonly vehicleId: string;
  readonly observedAt: Instant | undefined;
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  readonly bearing: number | undefined;
  /** Metres per second. */
  readonly speed: number | undefined;
}

export type PositionRefusal = 'INVALID' | 'NO_FIX' | 'IN_FUTURE' | 'OUT_OF_ORDER' | 'TOO_OLD';

const MAX_AHEAD_MS = 60_000;
const MAX_AGE_MS = 3_600_000;
const MAX_SPEED = 150;
const VEHICLE_ID = /^[^\s/][^/\p{Cc}]{0,63}$/u;

/**
 * Why a position is not taken over; undefined when it is. `lastAt` is when the vehicle was seen last on the same stream.
 */
export function judgePosition(
  position: ReportedPosition,
  now: Instant,
  lastAt: Instant | undefined,
): PositionRefusal | undefined {
  const { observedAt, latitude, longitude } = position;
  if (observedAt === undefined || !hasGoodFields(position)) return 'INVALID';
  if (latitude === 0 && longitude === 0) return 'NO_FIX';
  if (observedAt > now + MAX_AHEAD_MS) return 'IN_FUTURE';
  if (observedAt < now - MAX_AGE_MS) return 'TOO_OLD';
  if (lastAt !== undefined && observedAt <= lastAt) return 'OUT_OF_ORDER';
  return undefined;
}

const hasGoodFields = ({ vehicleId, latitude, longitude, bearing, speed }: ReportedPosition): boolean =>
  VEHICLE_ID.test(vehicleId) &&
  Math.abs(latitude) <= 90 &&
  Math.abs(longitude) <= 180 &&
  (bearing === undefined || (bearing >= 0 && bearing <= 360)) &&
  (speed === undefined || (speed >= 0 && speed <= MAX_SPEED));
