/**
 * What the gateway tells a page, and what the page reads: the bodies of `/v1/live`, `/v1/network`, `/v1/clock`,
 * `/v1/session` and of the reads beside them.
 * Instants (`now`, `...At`) are epoch milliseconds on the platform's clock. Types only, so that a page can share them.
 */
export interface PageVehicle {
  /** `feeds/{feed}/vehicles/{vehicle}` */
  key: string;
  /** `feeds/{feed}` */
  feed: string;
  vehicleId: string;
  observedAt: number;
  lat: number;
  lon: number;
  /** Degrees clockwise from north. */
  bearing?: number;
  /** Metres per second. */
  speed?: number;
  trip?: PageTrip;
  placement?: PagePlacement;
  unplaced?: Unplaced;
}

export interface PageTrip {
  tripId: string;
  /** YYYYMMDD */
  startDate: string;
  routeId: string;
}

export interface PagePlacement {
  /** Metres from the start of the trip's path. */
  distance: number;
  lat: number;
  lon: number;
  /** Negative = early. */
  latenessSeconds: number;
  nextStopId: string;
  nextStopSequence: number;
}

export type Unplaced = 'NO_TRIP' | 'TRIP_UNKNOWN' | 'NOT_IN_SERVICE' | 'OFF_ROUTE' | 'FEED_UNKNOWN';

/** When one trip will be at the stops ahead of it; no stops = the trip is over. */
export interface PagePrediction extends PageTrip {
  /** `feeds/{feed}/trips/{trip}@{start_date}` */
  key: string;
  feed: string;
  vehicleId: string;
  observedAt: number;
  model: string;
  stops: PageStopTime[];
}

export interface PageStopTime {
  stopId: string;
  stopSequence: number;
  scheduledAt: number;
  predictedAt: number;
}

export interface PageLot {
  /** `lots/{lot}` */
  key: string;
  name: string;
  lat: number;
  lon: number;
  state: 'OPEN' | 'CLOSED';
  capacity: number;
  occupied: number;
  reserved: number;
  free: number;
  /** Absent = never observed: the numbers mean nothing. */
  observedAt?: number;
}

/** `GET /v1/lots` */
export interface PageLots {
  now: number;
  lots: PageLot[];
}

/** `event: snapshot`: replaces everything the page knew. */
export interface PageSnapshot {
  now: number;
  vehicles: PageVehicle[];
  predictions: PagePrediction[];
  lots: PageLot[];
}

/** `event: changes`: each element replaces what the page knew under its key. */
export interface PageChanges {
  now: number;
  vehicles?: PageVehicle[];
  predictions?: PagePrediction[];
  lots?: PageLot[];
}

/** `event: clock`: sent when nothing else was for a second, so that silence means a broken line. */
export interface PageNow {
  now: number;
}

/** `GET /v1/clock` */
export interface PageClock {
  kind: 'wall' | 'rate' | 'recording';
  now: number;
}

/** `event: session`: the token of the session does not hold any more; the stream ends with it. */
export interface PageSessionOver {
  reason: string;
}

/** `GET /v1/session`, and what a session begins with. */
export interface PageSession {
  /** `user:...` */
  subject: string;
  /** In which it acts. */
  unit: PageUnit;
  grants: { role: string; unit: PageUnit }[];
  /** When its token ends, on the clock of the wall. */
  expiresAt: number;
}

export interface PageUnit {
  code: string;
  /** YYYY-MM-DD: since when the code means this unit. */
  validFrom: string;
}

/** `GET /v1/network`; `event: network` says that it changed. */
export interface PageNetwork {
  feeds: PageFeed[];
}

export interface PageFeed {
  /** `feeds/{feed}` */
  feed: string;
  agencyName: string;
  /** IANA name, such as Asia/Ho_Chi_Minh. */
  timeZone: string;
  /** Which version of the schedule this is. */
  digest: string;
  routes: PageRoute[];
  stops: PageStop[];
}

export interface PageRoute {
  routeId: string;
  shortName: string;
  longName: string;
  /** Six hexadecimal digits, or empty. */
  color: string;
  paths: [lon: number, lat: number][][];
}

/** `GET /v1/stops/{feed}/{stop}/arrivals` answers `{now, arrivals}`, soonest first. */
export interface PageArrival extends PageTrip, PageStopTime {
  vehicleId: string;
  observedAt: number;
}

export interface PageStop {
  stopId: string;
  name: string;
  lat: number;
  lon: number;
}
