import type { Timetable as Feed } from '@giaolo/transit/feed/timetable';
import type { Place } from './path.ts';

/** What the judge needs to know of a schedule. */
export interface Timetable {
  /** IANA name. */
  readonly timeZone: string;
  trip(tripId: string): Trip | undefined;
}

export interface Trip {
  readonly tripId: string;
  readonly routeId: string;
  /** In stop order, at least two. */
  readonly stops: readonly TripStop[];
  /** Empty when the feed has none. */
  readonly shape: readonly Place[];
  /** Runs by headway: its stop times say how long it takes, not when it starts. */
  readonly byHeadway: boolean;
  /** `date` as YYYYMMDD. */
  runsOn(date: string): boolean;
}

export interface TripStop {
  readonly stopId: string;
  readonly stopSequence: number;
  readonly place: Place;
  /** Since noon minus twelve hours of the service day. */
  readonly arrivalSeconds: number;
  readonly departureSeconds: number;
}

/** The schedule as the transit service reads it; how buses kept to it is found out here, on our own. */
export function timetableFrom(feed: Feed): Timetable {
  const made = new Map<number, Trip>();
  return {
    timeZone: feed.data.timeZone,
    trip: (tripId) => {
      const i = feed.trip(tripId);
      if (i === undefined) return undefined;
      const trip = made.get(i) ?? tripFrom(feed, i);
      made.set(i, trip);
      return trip;
    },
  };
}

function tripFrom(feed: Feed, i: number): Trip {
  const { data } = feed;
  const { tripId, stop, sequence, arrival, departure } = feed.scheduleOf(i, '19700101');
  return {
    tripId,
    routeId: feed.routeIdOf(i),
    stops: Array.from(stop, (place, k) => {
      const { stopId = '', lat = 0, lon = 0 } = data.stops[place] ?? {};
      return {
        stopId,
        stopSequence: sequence[k] as number,
        place: [lat, lon],
        arrivalSeconds: arrival[k] as number,
        departureSeconds: departure[k] as number,
      };
    }),
    shape: shapeFrom(feed, data.trips.shape[i] as number),
    byHeadway: feed.frequenciesOf(i).length > 0,
    runsOn: (date) => feed.tripRunsOn(i, date),
  };
}

function shapeFrom({ data: { shapes } }: Feed, i: number): Place[] {
  const [start, end] = i < 0 ? [0, 0] : [shapes.start[i] as number, shapes.start[i + 1] as number];
  const places: Place[] = [];
  for (let k = start; k < end; k++) places.push([shapes.lat[k] as number, shapes.lon[k] as number]);
  return places;
}
