import type { Random } from '@giaolo/chassis/testing/simulator/random';
import { positionAt } from '../src/trip/polyline.ts';
import type { FollowedBy, VehicleReport } from '../src/vehicle/advance.ts';
import { TRIPS_OF_A_BLOCK, tripIdOf } from './city.ts';

const SERVICE_DAY = '20260216';
/** Degrees; about 22 m. */
const NOISE = 0.0002;
const ASTRAY = 0.02;
const FASTEST = 11;

/** A vehicle that goes round on the trips of its block, and tells where it is, more or less. */
export class Bus {
  readonly key: string;
  readonly #block: number;
  readonly #random: Random;
  readonly #by: FollowedBy;
  #trip = 0;
  #distance = 0;
  #movedAt: number;

  constructor(block: number, random: Random, by: FollowedBy, now: number) {
    this.key = `feeds/city/vehicles/${block}`;
    this.#block = block;
    this.#random = random;
    this.#by = by;
    this.#movedAt = now;
  }

  report(now: number): VehicleReport {
    const random = this.#random;
    this.#move(now);
    // A receiver that lags behind.
    const distance = random.chance(0.03) ? Math.max(0, this.#distance - 400) : this.#distance;
    const { lat, lon } = positionAt(this.#line, distance);
    const astray = random.chance(0.03) ? ASTRAY : 0;
    const report = { at: now, lat: lat + this.#noise() + astray, lon: lon + this.#noise() };
    if (random.chance(0.02)) return report;
    // A sign that was set too early.
    const trip = random.chance(0.03) ? this.#trip + 1 : this.#trip;
    const startDate = random.chance(0.7) ? SERVICE_DAY : undefined;
    return { ...report, trip: { tripId: tripIdOf(this.#block, trip % TRIPS_OF_A_BLOCK), startDate, routeId: 'R1' } };
  }

  #move(now: number): void {
    const seconds = (now - this.#movedAt) / 1_000;
    this.#movedAt = now;
    if (this.#random.chance(0.8)) this.#distance += this.#random.share() * FASTEST * seconds;
    if (this.#distance < this.#line.length + 100) return;
    this.#trip = (this.#trip + 1) % TRIPS_OF_A_BLOCK;
    this.#distance = 0;
  }

  get #line() {
    const trip = this.#by.timetable.trip(tripIdOf(this.#block, this.#trip)) as number;
    return this.#by.paths.of(trip).line;
  }

  #noise(): number {
    return (this.#random.share() - this.#random.share()) * NOISE;
  }
}
