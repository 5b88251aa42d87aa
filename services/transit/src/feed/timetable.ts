import type { Instant } from '@giaolo/chassis/clock';
import { formatDay, parseDay, type ServiceDays, serviceDaysIn, weekdayOf } from './service-day.ts';
import type { Frequency, Service, TimetableData } from './timetable-data.ts';

/** A trip on one service day. The lists run along its stops; they are views that must not be written to. */
export interface TripSchedule {
  /** Place of the trip in the timetable. */
  readonly trip: number;
  readonly tripId: string;
  /** YYYYMMDD */
  readonly startDate: string;
  /** The instant from which `arrival` and `departure` count, in seconds. */
  readonly zeroAt: Instant;
  /** Place of the stop in the timetable. */
  readonly stop: Int32Array;
  readonly sequence: Int32Array;
  readonly arrival: Int32Array;
  readonly departure: Int32Array;
  /** The trip runs at headways, and which of its starts this is has not been said: only the steps between times count. */
  readonly isTemplate: boolean;
}

/** From here on a vehicle cannot be early or late on the trip: it belongs to another day, or to none. */
const MAX_OFF_SCHEDULE_MS = 3 * 3_600_000;

/** A schedule with what is needed to ask it. Routes, stops and trips are named by their place in `data`. */
export class Timetable {
  readonly data: TimetableData;
  readonly days: ServiceDays;
  #trips: Map<string, number>;
  #routes: Map<string, number>;
  #stops: Map<string, number>;
  #services: Map<string, Service>;
  #frequencies = new Map<number, Frequency[]>();

  constructor(data: TimetableData) {
    this.data = data;
    this.days = serviceDaysIn(data.timeZone);
    this.#trips = new Map(data.trips.ids.map((id, place) => [id, place]));
    this.#routes = new Map(data.routes.map(({ routeId }, place) => [routeId, place]));
    this.#stops = new Map(data.stops.map(({ stopId }, place) => [stopId, place]));
    this.#services = new Map(data.services.map((service) => [service.serviceId, service]));
    for (const frequency of data.frequencies) {
      const others = this.#frequencies.get(frequency.trip);
      if (others) others.push(frequency);
      else this.#frequencies.set(frequency.trip, [frequency]);
    }
  }

  trip(tripId: string): number | undefined {
    return this.#trips.get(tripId);
  }

  route(routeId: string): number | undefined {
    return this.#routes.get(routeId);
  }

  stop(stopId: string): number | undefined {
    return this.#stops.get(stopId);
  }

  routeIdOf(trip: number): string {
    return this.data.routes[this.data.trips.route[trip] as number]?.routeId ?? '';
  }

  headsignOf(trip: number): string {
    return this.data.trips.texts[this.data.trips.headsign[trip] as number] ?? '';
  }

  /** Empty for a trip with a timetable of its own. */
  frequenciesOf(trip: number): readonly Frequency[] {
    return this.#frequencies.get(trip) ?? [];
  }

  /** Whether a service runs on a day (YYYYMMDD); false when either is unknown. */
  runsOn(serviceId: string, date: string): boolean {
    const service = this.#services.get(serviceId);
    const day = parseDay(date);
    return service !== undefined && day !== undefined && runsOnDay(service, day);
  }

  tripRunsOn(trip: number, date: string): boolean {
    const service = this.data.services[this.data.trips.service[trip] as number];
    const day = parseDay(date);
    return service !== undefined && day !== undefined && runsOnDay(service, day);
  }

  /**
   * The stop times of a trip on a day (YYYYMMDD), whether or not it runs then.
   * `startSeconds` moves a trip that is the template of a frequency to one of its starts.
   */
  scheduleOf(trip: number, date: string, startSeconds?: number): TripSchedule {
    const { trips, patterns, stopTimes } = this.data;
    const pattern = trips.pattern[trip] as number;
    const first = patterns.start[pattern] as number;
    const end = patterns.start[pattern + 1] as number;
    const time = trips.firstStopTime[trip] as number;
    const shift = startSeconds === undefined ? 0 : startSeconds - (stopTimes.departure[time] as number);
    return {
      trip,
      tripId: trips.ids[trip] as string,
      startDate: date,
      zeroAt: this.days.startOf(parseDay(date) ?? Number.NaN) + shift * 1000,
      stop: patterns.stop.subarray(first, end),
      sequence: patterns.sequence.subarray(first, end),
      arrival: stopTimes.arrival.subarray(time, time + end - first),
      departure: stopTimes.departure.subarray(time, time + end - first),
      isTemplate: startSeconds === undefined && this.#frequencies.has(trip),
    };
  }

  /** The day (YYYYMMDD) on which a vehicle that serves the trip now must have begun; undefined when none is near. */
  serviceDayFor(trip: number, at: Instant): string | undefined {
    const service = this.data.services[this.data.trips.service[trip] as number];
    if (!service) return undefined;
    const [from, until] = this.#spanOf(trip);
    const today = this.days.dayAt(at);
    let best: number | undefined;
    let nearest = MAX_OFF_SCHEDULE_MS;
    for (let day = today + 1; day >= today - 1 - Math.floor(until / 86_400); day--) {
      if (!runsOnDay(service, day)) continue;
      const zero = this.days.startOf(day);
      const off = Math.max(zero + from * 1000 - at, at - (zero + until * 1000), 0);
      if (off < nearest || (off === nearest && best === undefined)) {
        nearest = off;
        best = day;
      }
    }
    return best === undefined ? undefined : formatDay(best);
  }

  /** First and last day (YYYYMMDD) on which any trip runs; undefined when none ever does. */
  serviceSpan(): { first: string; last: string } | undefined {
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const place of new Set(this.data.trips.service)) {
      const service = this.data.services[place];
      if (!service) continue;
      const days = [...service.added, ...edgeDays(service)];
      for (const day of days) {
        if (day < first) first = day;
        if (day > last) last = day;
      }
    }
    return first <= last ? { first: formatDay(first), last: formatDay(last) } : undefined;
  }

  #spanOf(trip: number): [number, number] {
    const { departure, arrival } = this.scheduleOf(trip, '19700101');
    const from = departure[0] as number;
    const until = arrival[arrival.length - 1] as number;
    const runs = this.frequenciesOf(trip);
    if (runs.length === 0) return [from, until];
    const ends = Math.max(...runs.map(({ endSeconds }) => endSeconds));
    return [Math.min(...runs.map(({ startSeconds }) => startSeconds)), ends + until - from];
  }
}

function runsOnDay(service: Service, day: number): boolean {
  if (service.removed.has(day)) return false;
  if (service.added.has(day)) return true;
  return day >= service.firstDay && day <= service.lastDay && ((service.weekdays >> weekdayOf(day)) & 1) === 1;
}

/** The first and the last day of the weekly calendar on which the service really runs. */
function edgeDays(service: Service): number[] {
  const edges: number[] = [];
  for (const [from, step] of [
    [service.firstDay, 1],
    [service.lastDay, -1],
  ] as const) {
    // A week finds a day unless exceptions took it away, and each of those costs a step at most.
    const steps = 7 * (service.removed.size + 1);
    for (let i = 0, day = from; i < steps && day >= service.firstDay && day <= service.lastDay; i++, day += step) {
      if (!runsOnDay(service, day)) continue;
      edges.push(day);
      break;
    }
  }
  return edges;
}

export const arrivalAt = (schedule: TripSchedule, i: number): Instant =>
  schedule.zeroAt + (schedule.arrival[i] as number) * 1000;

export const departureAt = (schedule: TripSchedule, i: number): Instant =>
  schedule.zeroAt + (schedule.departure[i] as number) * 1000;
