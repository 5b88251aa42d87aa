import type { StopReached } from '@giaolo/proto/giaolo/transit/v1/transit_events';
import {
  type TripDescriptor,
  type TripPrediction,
  type VehiclePosition,
  type VehicleProgress,
  VehicleProgress_Unplaced,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import type { TripSchedule } from '../feed/timetable.ts';
import type { Stop } from '../feed/timetable-data.ts';
import type { Advance, Placed, TripRun, Unplaced, VehicleReport } from '../vehicle/advance.ts';

/** What a message about a vehicle says beside what follows from its report. */
export interface Followed {
  readonly feed: string;
  readonly position: VehiclePosition | undefined;
  /** Name of the prediction model. */
  readonly model: string;
  readonly stops: readonly Stop[];
}

/** Throws where the record holds what the front door would have refused. */
export function readReport(position: VehiclePosition | undefined): VehicleReport {
  const at = position?.observedTime?.getTime();
  if (!position?.position || at === undefined || Number.isNaN(at)) throw new Error('INVALID: no time or no position');
  const { latitude, longitude } = position.position;
  const { tripId = '', startDate = '', routeId = '' } = position.trip ?? {};
  return {
    at,
    lat: latitude,
    lon: longitude,
    ...(tripId && { trip: { tripId, startDate: startDate || undefined, routeId } }),
  };
}

const unplacedMessage: Readonly<Record<Unplaced, VehicleProgress_Unplaced>> = {
  NO_TRIP: VehicleProgress_Unplaced.UNPLACED_NO_TRIP,
  FEED_UNKNOWN: VehicleProgress_Unplaced.UNPLACED_FEED_UNKNOWN,
  TRIP_UNKNOWN: VehicleProgress_Unplaced.UNPLACED_TRIP_UNKNOWN,
  NOT_IN_SERVICE: VehicleProgress_Unplaced.UNPLACED_NOT_IN_SERVICE,
  OFF_ROUTE: VehicleProgress_Unplaced.UNPLACED_OFF_ROUTE,
};

const descriptor = ({ tripId, startDate, routeId }: TripRun): TripDescriptor => ({ tripId, startDate, routeId });

export function progressMessage({ feed, position, stops }: Followed, next: Advance): VehicleProgress {
  return {
    feed,
    vehicleId: position?.vehicleId ?? '',
    observedTime: position?.observedTime,
    position: position?.position,
    bearing: position?.bearing,
    speed: position?.speed,
    trip: next.trip && descriptor(next.trip),
    placement: next.placed && placementMessage(next.placed, stops),
    unplaced: next.unplaced ? unplacedMessage[next.unplaced] : VehicleProgress_Unplaced.UNPLACED_UNSPECIFIED,
  };
}

function placementMessage({ run, placement, progress, lat, lon }: Placed, stops: readonly Stop[]) {
  return {
    distance: placement.distance,
    offset: placement.offset,
    position: { latitude: lat, longitude: lon },
    latenessSeconds: Math.round(progress.lateness),
    nextStopId: stopIdAt(run.schedule, progress.nextStop, stops),
    nextStopSequence: run.schedule.sequence[progress.nextStop] ?? 0,
  };
}

const stopIdAt = (schedule: TripSchedule, i: number, stops: readonly Stop[]): string =>
  stops[schedule.stop[i] ?? -1]?.stopId ?? '';

/** Undefined when what was predicted before still stands. */
export function predictionMessage(of: Followed, { trip, placed, predictions }: Advance): TripPrediction | undefined {
  if (!trip || !placed || !predictions) return undefined;
  const { schedule } = placed.run;
  return {
    ...voidPrediction(of, trip),
    stops: predictions.map(({ stop, scheduledAt, predictedAt }) => ({
      stopId: stopIdAt(schedule, stop, of.stops),
      stopSequence: schedule.sequence[stop] ?? 0,
      scheduledArrivalTime: new Date(scheduledAt),
      predictedArrivalTime: new Date(predictedAt),
    })),
  };
}

/** Without stops: the trip is over, or served no more. */
export const voidPrediction = ({ feed, position, model }: Followed, trip: TripRun): TripPrediction => ({
  feed,
  trip: descriptor(trip),
  vehicleId: position?.vehicleId ?? '',
  observedTime: position?.observedTime,
  model,
  stops: [],
});

export function stopReachedMessages({ feed, position, stops }: Followed, { trip, placed }: Advance): StopReached[] {
  if (!trip || !placed) return [];
  const { schedule } = placed.run;
  return placed.progress.reached.map(({ stop, arrivalAt, gapSeconds }) => ({
    feed,
    trip: descriptor(trip),
    vehicleId: position?.vehicleId ?? '',
    stopId: stopIdAt(schedule, stop, stops),
    stopSequence: schedule.sequence[stop] ?? 0,
    arrivalTime: new Date(arrivalAt),
    gapSeconds,
  }));
}
