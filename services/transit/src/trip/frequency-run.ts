import { nearestStart } from '../feed/frequency-start.ts';
import type { Timetable } from '../feed/timetable.ts';
import { dueAt } from './lateness.ts';
import type { Placement, PlaceState, Run } from './place.ts';

/**
 * The run of a trip at headways as it was really started: the start that fits its first placement best, and then
 * always that one. Other runs are answered as they are.
 */
export function startedRun(
  timetable: Timetable,
  run: Run,
  state: PlaceState,
  placement: Placement,
): { run: Run; state: PlaceState } {
  const { path, schedule } = run;
  if (!schedule.isTemplate) return { run, state };
  const startSeconds = state.startSeconds ?? startOf(timetable, run, placement);
  const started = timetable.scheduleOf(schedule.trip, schedule.startDate, startSeconds);
  return { run: { key: run.key, path, schedule: started }, state: { ...state, startSeconds } };
}

function startOf(timetable: Timetable, { path, schedule }: Run, { at, distance }: Placement): number {
  const [due] = dueAt(path, schedule, distance);
  const into = due - (schedule.departure[0] as number);
  return nearestStart(timetable.frequenciesOf(schedule.trip), (at - schedule.zeroAt) / 1000 - into);
}
