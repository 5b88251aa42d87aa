import type { Instant } from '@giaolo/chassis/clock';
import type { Fix, Run, RunStop } from './runs.ts';

const AT_START = 50;

/** When a stop is reached if everything goes to schedule; never before now. */
export const bySchedule = (stop: RunStop, now: Instant): Instant => Math.max(now, stop.arrivalAt);

/** The schedule, moved by how late the vehicle was at its last ping; never before now. */
export const byDeviation = (run: Run, last: Fix, stop: RunStop, now: Instant): Instant =>
  Math.max(now, stop.arrivalAt + deviation(run, last, now));

/** Milliseconds behind schedule; a vehicle that still stands at its first stop is late once it should have left. */
function deviation({ stops }: Run, last: Fix, now: Instant): number {
  const [first] = stops;
  if (first && last.distance <= first.distance + AT_START) return Math.max(0, now - first.departureAt);
  return last.at - scheduledAt(stops, last.distance);
}

/** When the schedule would have a vehicle at `distance` along the path. */
export function scheduledAt(stops: readonly RunStop[], distance: number): Instant {
  const i = stops.findIndex((stop) => stop.distance > distance);
  const [before, after] = [stops[i - 1], stops[i]];
  if (!after) return stops.at(-1)?.arrivalAt ?? 0;
  if (!before) return after.departureAt;
  const share = (distance - before.distance) / (after.distance - before.distance);
  return before.departureAt + share * (after.arrivalAt - before.departureAt);
}
