import type { PageChanges, PageLot, PagePrediction, PageSnapshot, PageVehicle } from '@giaolo/gateway/page-contract';

/** What the page knows of the moving world; each map by the element's key. */
export interface LiveState {
  readonly vehicles: Map<string, PageVehicle>;
  readonly predictions: Map<string, PagePrediction>;
  readonly lots: Map<string, PageLot>;
}

/** A vehicle silent for longer has left the page: it says nothing about now. */
export const FORGET_AFTER_MS = 30 * 60_000;

export const emptyLive = (): LiveState => ({ vehicles: new Map(), predictions: new Map(), lots: new Map() });

/** Drops what was known: the snapshot is the whole truth. */
export function replaceWith(live: LiveState, snapshot: PageSnapshot): void {
  live.vehicles.clear();
  live.predictions.clear();
  live.lots.clear();
  applyChanges(live, snapshot);
}

export function applyChanges(live: LiveState, changes: PageChanges): void {
  for (const vehicle of changes.vehicles ?? []) live.vehicles.set(vehicle.key, vehicle);
  for (const lot of changes.lots ?? []) live.lots.set(lot.key, lot);
  for (const prediction of changes.predictions ?? []) {
    if (prediction.stops.length > 0) live.predictions.set(prediction.key, prediction);
    else live.predictions.delete(prediction.key);
  }
}

/** Returns whether anything went. */
export function forgetSilent(live: LiveState, now: number): boolean {
  const before = live.vehicles.size + live.predictions.size;
  for (const observed of [live.vehicles, live.predictions] as Map<string, { observedAt: number }>[])
    for (const [key, { observedAt }] of observed) if (now - observedAt > FORGET_AFTER_MS) observed.delete(key);
  return live.vehicles.size + live.predictions.size < before;
}
