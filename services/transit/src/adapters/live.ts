import { type Bus, view } from '@giaolo/chassis/bus';
import type { Instant } from '@giaolo/chassis/clock';
import { demand } from '@giaolo/chassis/demand';
import type { Call } from '@giaolo/chassis/grpc/call';
import { watchStream } from '@giaolo/chassis/grpc/watch';
import type { LiveView } from '@giaolo/chassis/live-view';
import type {
  ListArrivalsRequest,
  ListArrivalsResponse,
  StopArrival,
  TripDescriptor,
  TripPrediction,
  VehicleProgress,
  WatchPredictionsRequest,
  WatchPredictionsResponse,
  WatchVehiclesRequest,
  WatchVehiclesResponse,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { tripPredicted, vehicleProgressed } from '@giaolo/topics/topics';
import { scheduleOf } from './network.ts';
import type { Schedules } from './schedules.ts';
import { refused } from './wire.ts';

/** A vehicle that has been silent for so long has left; a prediction that stands on its word goes with it. */
const GONE_MS = 3_600_000;
const MOST_FILTERS = 1_000;

interface Observed {
  readonly observedTime: Date | undefined;
}

const isRecent = ({ observedTime }: Observed, now: Instant): boolean =>
  observedTime !== undefined && observedTime.getTime() > now - GONE_MS;

export const vehiclesView = (bus: Bus): Promise<LiveView<VehicleProgress>> =>
  bus.view({ sources: [view(vehicleProgressed, ({ value }) => value.progress)], keep: isRecent });

/** A trip that is over is told once, as a prediction without stops, and not to those who come later. */
export const predictionsView = (bus: Bus): Promise<LiveView<TripPrediction>> =>
  bus.view({
    sources: [view(tripPredicted, ({ value }) => value.prediction)],
    keep: (prediction, now) => prediction.stops.length > 0 && isRecent(prediction, now),
  });

export const watchVehicles =
  (schedules: Schedules, vehicles: LiveView<VehicleProgress>) =>
  (request: WatchVehiclesRequest, call: Call): AsyncIterable<WatchVehiclesResponse> =>
    watchStream(vehicles, request, call.signal, wanted(request, schedules, call), (head, values) => ({
      ...head,
      vehicles: values,
    }));

export const watchPredictions =
  (schedules: Schedules, predictions: LiveView<TripPrediction>) =>
  (request: WatchPredictionsRequest, call: Call): AsyncIterable<WatchPredictionsResponse> =>
    watchStream(predictions, request, call.signal, wanted(request, schedules, call), (head, values) => ({
      ...head,
      predictions: values,
    }));

/** Empty lists want all that the caller may see: what belongs to the unit of its feed. */
function wanted(
  { feeds, routeIds }: { readonly feeds: readonly string[]; readonly routeIds: readonly string[] },
  schedules: Schedules,
  { rights: { sees } }: Call,
) {
  demand({
    feeds: [feeds.length <= MOST_FILTERS, `must be at most ${MOST_FILTERS}`],
    route_ids: [routeIds.length <= MOST_FILTERS, `must be at most ${MOST_FILTERS}`],
  });
  const [ofFeeds, ofRoutes] = [new Set(feeds), new Set(routeIds)];
  return ({ feed, trip }: { readonly feed: string; readonly trip?: TripDescriptor | undefined }): boolean =>
    (ofFeeds.size === 0 || ofFeeds.has(feed)) &&
    (ofRoutes.size === 0 || ofRoutes.has(trip?.routeId ?? '')) &&
    sees(schedules.get(feed)?.feed.unit);
}

export const listArrivals =
  (schedules: Schedules, predictions: LiveView<TripPrediction>) =>
  async ({ feed, stopId }: ListArrivalsRequest, call: Call): Promise<ListArrivalsResponse> => {
    const { timetable } = scheduleOf(schedules, feed, call);
    if (timetable.stop(stopId) === undefined) throw refused('STOP_UNKNOWN', { feed, stop: stopId });
    const arrivals: StopArrival[] = [];
    for (const { feed: ofFeed, trip, vehicleId, observedTime, stops } of predictions.values()) {
      if (ofFeed !== feed) continue;
      for (const prediction of stops)
        if (prediction.stopId === stopId) arrivals.push({ trip, vehicleId, prediction, observedTime });
    }
    return { arrivals: arrivals.sort((a, b) => Number(expected(a)) - Number(expected(b))) };
  };

const expected = ({ prediction }: StopArrival): Date | undefined => prediction?.predictedArrivalTime;
