import type { VehicleProgress } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { makePath, nearPoints, type Path } from './path.ts';
import { pathOf } from './runs.ts';
import type { Timetable } from './timetable.ts';

const NEAR_METRES = 60;
/** The platform's plane is not ours. */
const ON_PATH_METRES = 2;
const BACKWARD_METRES = 0.001;

/** Checks where the platform puts vehicles: on the path of their trip, near where they were, never going back. */
export class Placements {
  readonly #timetable: Timetable;
  readonly #paths = new Map<string, Path | undefined>();
  readonly #last = new Map<string, { at: number; distance: number }>();
  placed = 0;
  /** Of those: on the path by our own reckoning, at most 60 m from where the vehicle was. */
  near = 0;
  backward = 0;

  constructor(timetable: Timetable) {
    this.#timetable = timetable;
  }

  add({ vehicleId, observedTime, position, placement, trip }: VehicleProgress): void {
    if (!placement || !trip) return;
    const key = JSON.stringify([vehicleId, trip.tripId, trip.startDate]);
    const at = observedTime?.getTime() ?? 0;
    const last = this.#last.get(key);
    // Seen before: it was sent again after a call broke.
    if (last && at <= last.at) return;
    this.placed++;
    if (last && placement.distance < last.distance - BACKWARD_METRES) this.backward++;
    this.#last.set(key, { at, distance: placement.distance });
    const path = this.#path(trip.tripId);
    if (!path || !position || !placement.position) return;
    const { latitude, longitude } = placement.position;
    const isOnPath = nearPoints(path, [latitude, longitude], ON_PATH_METRES).length > 0;
    const toVehicle = nearPoints(
      makePath([[latitude, longitude]]),
      [position.latitude, position.longitude],
      NEAR_METRES,
    );
    if (isOnPath && toVehicle.length > 0) this.near++;
  }

  #path(tripId: string): Path | undefined {
    if (!this.#paths.has(tripId)) {
      const trip = this.#timetable.trip(tripId);
      this.#paths.set(tripId, trip && pathOf(trip));
    }
    return this.#paths.get(tripId);
  }
}
