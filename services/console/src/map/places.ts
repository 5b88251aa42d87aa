import { ageOf } from '../domain/freshness.ts';
import type { Selection } from '../domain/selection.ts';
import type { Shown } from '../view/shown.ts';
import type { LonLat } from './geometry.ts';
import type { Motion } from './motion.ts';

/** Where a thing is drawn; undefined when the page knows no such thing. */
export function placeOf(selection: Selection, shown: Shown, motion: Motion, wallAt: number): LonLat | undefined {
  if (selection.kind === 'vehicle') return motion.pose(selection.key, wallAt)?.at;
  const thing =
    selection.kind === 'lot'
      ? shown.live.lots.get(selection.key)
      : shown.network.stop(selection.feed, selection.stopId);
  return thing && [thing.lon, thing.lat];
}

/** A thing in a few words, its age included when that matters. */
export function nameOf(selection: Selection, { live, network, format, now }: Shown): string | undefined {
  if (selection.kind === 'stop') return network.stop(selection.feed, selection.stopId)?.name;
  if (selection.kind === 'lot') {
    const lot = live.lots.get(selection.key);
    return lot && `${lot.name} · ${aged([`${lot.free} / ${lot.capacity}`], 'lot', lot.observedAt)}`;
  }
  const vehicle = live.vehicles.get(selection.key);
  if (!vehicle) return undefined;
  const { feed, trip, placement, unplaced, vehicleId } = vehicle;
  const name = trip ? network.routeName(feed, trip.routeId) : vehicleId;
  const state = placement ? format.lateness(placement.latenessSeconds) : format.unplaced(unplaced);
  return `${name} · ${aged([state], 'vehicle', vehicle.observedAt)}`;

  function aged(words: string[], kind: 'vehicle' | 'lot', observedAt: number | undefined): string {
    const age = ageOf(kind, observedAt, now);
    if (age.freshness === 'fresh') return words.join(' · ');
    if (age.freshness === 'unknown') return format.t('age.unknown');
    return [...words, format.t('age.ago', { age: format.age(age) })].join(' · ');
  }
}
