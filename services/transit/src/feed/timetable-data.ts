/**
 * A schedule as plain data: it can be posted between threads as it is. Everything is named by its place in a list;
 * -1 stands for none. Lists of lists are flat, with `start[i]` to `start[i + 1]` as the span of the i-th.
 */
export interface TimetableData {
  readonly timeZone: string;
  readonly agencies: readonly Agency[];
  /** `feed_version` of feed_info.txt, or empty. */
  readonly version: string;
  readonly routes: readonly Route[];
  readonly stops: readonly Stop[];
  readonly services: readonly Service[];
  readonly trips: Trips;
  readonly patterns: Patterns;
  readonly stopTimes: StopTimes;
  readonly shapes: Shapes;
  readonly frequencies: readonly Frequency[];
}

export interface Agency {
  readonly agencyId: string;
  readonly name: string;
}

export interface Route {
  readonly routeId: string;
  readonly agencyId: string;
  readonly shortName: string;
  readonly longName: string;
  /** `route_type` of GTFS. */
  readonly type: number;
  /** Six hexadecimal digits, or empty. */
  readonly color: string;
}

export interface Stop {
  readonly stopId: string;
  readonly name: string;
  /** Degrees. */
  readonly lat: number;
  readonly lon: number;
  /** `location_type` of GTFS: 0 is where vehicles stop. */
  readonly locationType: number;
}

/** On which days something runs; days are counted from 1970-01-01. */
export interface Service {
  readonly serviceId: string;
  /** Bit 0 = Monday, within `firstDay` to `lastDay`. */
  readonly weekdays: number;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly added: ReadonlySet<number>;
  readonly removed: ReadonlySet<number>;
}

/** All trips that have at least two stops. */
export interface Trips {
  readonly ids: readonly string[];
  readonly route: Int32Array;
  readonly service: Int32Array;
  readonly shape: Int32Array;
  readonly pattern: Int32Array;
  /** Where the trip's stop times start. */
  readonly firstStopTime: Int32Array;
  readonly headsign: Int32Array;
  readonly block: Int32Array;
  /** Head signs and block ids. */
  readonly texts: readonly string[];
}

/** Sequences of stops, shared by the trips that make them. */
export interface Patterns {
  readonly start: Int32Array;
  readonly stop: Int32Array;
  /** `stop_sequence` */
  readonly sequence: Int32Array;
}

/** Seconds since noon minus 12 h, trip by trip in stop order; times that the feed leaves out are interpolated. */
export interface StopTimes {
  readonly arrival: Int32Array;
  readonly departure: Int32Array;
}

export interface Shapes {
  readonly ids: readonly string[];
  readonly start: Int32Array;
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

/** The trip is a template, run every `headwaySeconds` from `startSeconds` until before `endSeconds`. */
export interface Frequency {
  readonly trip: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly headwaySeconds: number;
  /** The starts are kept to the second; otherwise only the headway is. */
  readonly exactTimes: boolean;
}
