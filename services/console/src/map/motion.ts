import type { Bearing, LonLat } from './geometry.ts';
import { bearingBetween, metresBetween, turnBetween } from './geometry.ts';

export interface Pose {
  readonly at: LonLat;
  readonly bearing: Bearing | undefined;
}

interface Glide {
  readonly from: Pose;
  readonly to: Pose;
  readonly startAt: number;
  readonly durationMs: number;
  readonly heardAt: number;
}

const SHORTEST_MS = 250;
const LONGEST_MS = 1_500;
// Farther than a vehicle drives between two positions: another trip, or a receiver that found itself.
const LEAP_METRES = 2_000;
const STANDING_METRES = 4;

/**
 * Moves markers smoothly from where they were to where they are now reported: over the time between reports, but
 * never for longer than 1.5 s, since a marker must not lag behind what is known. Nothing is guessed ahead.
 */
export class Motion {
  /** For people who ask for less motion: markers then jump. */
  still = false;
  readonly #glides = new Map<string, Glide>();

  /** `wallAt` is any monotonic time in ms. */
  observe(key: string, at: LonLat, bearing: Bearing | undefined, wallAt: number): void {
    const last = this.#glides.get(key);
    if (!last) {
      const pose = { at, bearing };
      this.#glides.set(key, { from: pose, to: pose, startAt: wallAt, durationMs: 0, heardAt: wallAt });
      return;
    }
    const moved = metresBetween(last.to.at, at);
    const course = bearing ?? (moved > STANDING_METRES ? bearingBetween(last.to.at, at) : last.to.bearing);
    const to = { at, bearing: course };
    const leaps = this.still || moved > LEAP_METRES;
    const durationMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wallAt - last.heardAt));
    const from = leaps ? to : poseOf(last, wallAt);
    this.#glides.set(key, { from, to, startAt: wallAt, durationMs, heardAt: wallAt });
  }

  pose(key: string, wallAt: number): Pose | undefined {
    const glide = this.#glides.get(key);
    return glide && poseOf(glide, wallAt);
  }

  /** Whether any marker is on its way. */
  moving(wallAt: number): boolean {
    for (const { from, to, startAt, durationMs } of this.#glides.values())
      if (from !== to && wallAt < startAt + durationMs) return true;
    return false;
  }

  keepOnly(keys: { has(key: string): boolean }): void {
    for (const key of this.#glides.keys()) if (!keys.has(key)) this.#glides.delete(key);
  }
}

function poseOf({ from, to, startAt, durationMs }: Glide, wallAt: number): Pose {
  if (from === to || wallAt >= startAt + durationMs) return to;
  const share = Math.max(0, (wallAt - startAt) / durationMs);
  const at: LonLat = [from.at[0] + (to.at[0] - from.at[0]) * share, from.at[1] + (to.at[1] - from.at[1]) * share];
  if (from.bearing === undefined || to.bearing === undefined) return { at, bearing: to.bearing };
  // Markers turn faster than they drive.
  const turned = turnBetween(from.bearing, to.bearing) * Math.min(1, share * 3);
  return { at, bearing: (from.bearing + turned + 360) % 360 };
}
