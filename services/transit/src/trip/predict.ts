import type { Instant } from '@giaolo/chassis/clock';
import { arrivalAt, type TripSchedule } from '../feed/timetable.ts';
import type { Progress } from './progress.ts';

export interface ArrivalPrediction {
  /** Place in the schedule. */
  readonly stop: number;
  readonly scheduledAt: Instant;
  readonly predictedAt: Instant;
}

/** Names itself in every prediction, so that models can be told apart and compared. */
export interface ArrivalModel {
  readonly name: string;
  /**
   * Arrivals at the stops not yet reached, as far as they lie within `horizonMs` of `now`, but always the next one.
   * Never before `now`, never falling along the stops; empty when the trip is over.
   */
  predict(schedule: TripSchedule, progress: Progress, now: Instant, horizonMs: number): ArrivalPrediction[];
}

/** As late as now until the end; a vehicle that waits for its time will leave when it is due. */
export const scheduleDeviation: ArrivalModel = {
  name: 'schedule-deviation',
  predict: (schedule, progress, now, horizonMs) => {
    const predictions: ArrivalPrediction[] = [];
    let earliest = now;
    for (let stop = progress.nextStop; stop < schedule.arrival.length; stop++) {
      const scheduledAt = arrivalAt(schedule, stop);
      earliest = Math.max(earliest, Math.round(scheduledAt + progress.lateness * 1000));
      if (earliest > now + horizonMs && predictions.length > 0) break;
      predictions.push({ stop, scheduledAt, predictedAt: earliest });
    }
    return predictions;
  },
};
