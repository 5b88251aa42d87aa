import { instantOf } from '@giaolo/chassis/demand';
import { parseUnit, type Unit } from '@giaolo/chassis/principal';
import { type Lot, Lot_State } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import {
  type Feed,
  type Placement,
  type Route,
  type Stop,
  type StopArrival,
  type StopPrediction,
  type TripDescriptor,
  type TripPrediction,
  type VehicleProgress,
  VehicleProgress_Unplaced,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import type { FeedHead } from '../network/network-cache.ts';
import type {
  PageArrival,
  PageLot,
  PagePlacement,
  PagePrediction,
  PageRoute,
  PageStop,
  PageStopTime,
  PageTrip,
  PageVehicle,
  Unplaced,
} from '../page-contract.ts';

// The only translation between protobuf and what pages read. What lacks its time or place is no picture: undefined.

const unplacedNames: Readonly<Record<VehicleProgress_Unplaced, Unplaced | undefined>> = {
  [VehicleProgress_Unplaced.UNPLACED_UNSPECIFIED]: undefined,
  [VehicleProgress_Unplaced.UNPLACED_NO_TRIP]: 'NO_TRIP',
  [VehicleProgress_Unplaced.UNPLACED_TRIP_UNKNOWN]: 'TRIP_UNKNOWN',
  [VehicleProgress_Unplaced.UNPLACED_NOT_IN_SERVICE]: 'NOT_IN_SERVICE',
  [VehicleProgress_Unplaced.UNPLACED_OFF_ROUTE]: 'OFF_ROUTE',
  [VehicleProgress_Unplaced.UNPLACED_FEED_UNKNOWN]: 'FEED_UNKNOWN',
};

/** Undefined where the message names none, or one that cannot be. */
export const unitOf = ({ unit }: Pick<Lot | Feed, 'unit'>): Unit | undefined =>
  unit && parseUnit(`${unit.code}/${unit.validFrom}`);

/** A metre is enough for a map. */
const degrees = (value: number): number => Math.round(value * 1e5) / 1e5;
const tenths = (value: number): number => Math.round(value * 10) / 10;

export function pageVehicle(key: string, progress: VehicleProgress | undefined): PageVehicle | undefined {
  const observedAt = instantOf(progress?.observedTime);
  if (!progress?.position || observedAt === undefined) return undefined;
  const { feed, vehicleId, position, bearing, speed, trip } = progress;
  const placement = pagePlacement(progress.placement);
  const unplaced = unplacedNames[progress.unplaced];
  return {
    key,
    feed,
    vehicleId,
    observedAt,
    lat: degrees(position.latitude),
    lon: degrees(position.longitude),
    ...(bearing !== undefined && { bearing: Math.round(bearing) }),
    ...(speed !== undefined && { speed: tenths(speed) }),
    ...(trip && { trip: pageTrip(trip) }),
    ...(placement && { placement }),
    ...(unplaced && { unplaced }),
  };
}

function pagePlacement(placement: Placement | undefined): PagePlacement | undefined {
  if (!placement?.position) return undefined;
  const { distance, position, latenessSeconds, nextStopId, nextStopSequence } = placement;
  return {
    distance: Math.round(distance),
    lat: degrees(position.latitude),
    lon: degrees(position.longitude),
    latenessSeconds,
    nextStopId,
    nextStopSequence,
  };
}

const pageTrip = ({ tripId, startDate, routeId }: TripDescriptor): PageTrip => ({ tripId, startDate, routeId });

export function pagePrediction(key: string, prediction: TripPrediction | undefined): PagePrediction | undefined {
  const observedAt = instantOf(prediction?.observedTime);
  if (!prediction?.trip || observedAt === undefined) return undefined;
  const { feed, trip, vehicleId, model, stops } = prediction;
  return {
    key,
    feed,
    ...pageTrip(trip),
    vehicleId,
    observedAt,
    model,
    stops: stops.flatMap((stop) => pageStopTime(stop) ?? []),
  };
}

function pageStopTime(stop: StopPrediction): PageStopTime | undefined {
  const scheduledAt = instantOf(stop.scheduledArrivalTime);
  const predictedAt = instantOf(stop.predictedArrivalTime);
  if (scheduledAt === undefined || predictedAt === undefined) return undefined;
  return { stopId: stop.stopId, stopSequence: stop.stopSequence, scheduledAt, predictedAt };
}

export function pageLot(key: string, lot: Lot | undefined): PageLot | undefined {
  if (!lot?.position || !lot.availability) return undefined;
  const { displayName, position, state, availability } = lot;
  const { capacity, occupied, reserved, free } = availability;
  const observedAt = instantOf(availability.observedTime);
  return {
    key,
    name: displayName || key,
    lat: degrees(position.latitude),
    lon: degrees(position.longitude),
    state: state === Lot_State.STATE_OPEN ? 'OPEN' : 'CLOSED',
    capacity,
    occupied,
    reserved,
    free,
    ...(observedAt !== undefined && { observedAt }),
  };
}

export const feedHead = (feed: Feed): FeedHead => ({
  feed: feed.name,
  agencyName: feed.agencyName,
  timeZone: feed.timeZone,
  digest: feed.digest,
  unit: unitOf(feed),
});

export function pageRoute({ routeId, shortName, longName, color, paths }: Route): PageRoute {
  const pairs = (flat: readonly number[]): PageRoute['paths'][number] =>
    Array.from({ length: flat.length >> 1 }, (_, at) => [
      degrees(flat[2 * at + 1] as number),
      degrees(flat[2 * at] as number),
    ]);
  return { routeId, shortName, longName, color, paths: paths.map(({ coordinates }) => pairs(coordinates)) };
}

export function pageStop({ stopId, displayName, position }: Stop): PageStop | undefined {
  if (!position) return undefined;
  return { stopId, name: displayName, lat: degrees(position.latitude), lon: degrees(position.longitude) };
}

export function pageArrival({ trip, vehicleId, prediction, observedTime }: StopArrival): PageArrival | undefined {
  const observedAt = instantOf(observedTime);
  const at = prediction && pageStopTime(prediction);
  return trip && at && observedAt !== undefined ? { ...pageTrip(trip), vehicleId, observedAt, ...at } : undefined;
}
