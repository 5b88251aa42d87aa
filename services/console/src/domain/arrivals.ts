import type { PagePrediction, PageStopTime } from '@giaolo/gateway/page-contract';

/** One vehicle expected at one stop. */
export interface Arrival {
  readonly prediction: PagePrediction;
  readonly at: PageStopTime;
}

// A bus that should have come is kept for a moment: it may be standing at the stop.
const KEEP_PAST_MS = 30_000;

/** What is expected at a stop, soonest first. */
export function arrivalsAt(
  predictions: Iterable<PagePrediction>,
  feed: string,
  stopId: string,
  now: number,
): Arrival[] {
  const arrivals: Arrival[] = [];
  for (const prediction of predictions) {
    if (prediction.feed !== feed) continue;
    for (const at of prediction.stops)
      if (at.stopId === stopId && at.predictedAt >= now - KEEP_PAST_MS) arrivals.push({ prediction, at });
  }
  return arrivals.sort((a, b) => a.at.predictedAt - b.at.predictedAt);
}

/** The stops that a vehicle has before it, in order, by the prediction of its newest trip. */
export function stopsAhead(
  predictions: Iterable<PagePrediction>,
  vehicle: { feed: string; vehicleId: string },
): PagePrediction | undefined {
  let newest: PagePrediction | undefined;
  for (const prediction of predictions) {
    if (prediction.feed !== vehicle.feed || prediction.vehicleId !== vehicle.vehicleId) continue;
    if (!newest || prediction.observedAt > newest.observedAt) newest = prediction;
  }
  return newest;
}

/** Whole minutes until `at`, never below 0. */
export const minutesUntil = (at: number, now: number): number => Math.max(0, Math.floor((at - now) / 60_000));
