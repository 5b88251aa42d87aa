import type { Outgoing, Topic } from '@giaolo/chassis/bus';
import type { Instant } from '@giaolo/chassis/clock';
import type { Unit } from '@giaolo/chassis/principal';
import { LotChanged } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import { Lot, Lot_State } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { FeedActivated, TripPredicted, VehicleProgressed } from '@giaolo/proto/giaolo/transit/v1/transit_events';
import { VehicleProgress_Unplaced } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { feedActivated, lotChanged, tripPredicted, vehicleProgressed } from '@giaolo/topics/topics';
import { along, type Bus, FEED, here, lots, NEVER_OBSERVED, routes, stopsAhead } from './city.ts';

// What transit and parking would say of the city, as records of the bus.

const record = <T>(topic: Topic<T>, key: string, message: T): Outgoing => ({
  topic: topic.name,
  key,
  value: topic.codec.encode(message).finish(),
});

const tripOf = ({ id, routeId }: Bus) =>
  routeId ? { tripId: `${routeId}-${id.slice(-5)}`, startDate: '20261124', routeId } : undefined;

export function progressed(bus: Bus, now: Instant, feed = FEED): Outgoing {
  const path = routes.find(({ routeId }) => routeId === bus.routeId)?.paths[0] ?? [
    [107.0938, 10.3712],
    [107.0958, 10.3725],
  ];
  const { lon, lat, bearing } = along(path, bus.share);
  const position = { latitude: lat, longitude: lon };
  const [next] = stopsAhead(bus, now);
  const progress = {
    feed,
    vehicleId: bus.id,
    observedTime: new Date(now - bus.ageSeconds * 1000),
    position,
    bearing,
    speed: bus.unplaced === 'NO_TRIP' ? 0 : 7.5,
    trip: tripOf(bus),
    placement:
      bus.latenessSeconds === undefined
        ? undefined
        : {
            distance: bus.share * 6_000,
            offset: 4,
            position,
            latenessSeconds: bus.latenessSeconds,
            nextStopId: next?.stopId ?? '',
            nextStopSequence: next?.stopSequence ?? 0,
          },
    unplaced: bus.unplaced ? VehicleProgress_Unplaced[`UNPLACED_${bus.unplaced}`] : 0,
  } as const;
  return record(vehicleProgressed, `${feed}/vehicles/${bus.id}`, VehicleProgressed.fromPartial({ progress }));
}

export function predicted(bus: Bus, now: Instant, feed = FEED): Outgoing[] {
  const trip = tripOf(bus);
  if (!trip || bus.latenessSeconds === undefined) return [];
  const observedAt = now - bus.ageSeconds * 1000;
  const prediction = {
    feed,
    trip,
    vehicleId: bus.id,
    observedTime: new Date(observedAt),
    model: 'schedule-deviation',
    stops: stopsAhead(bus, now).map(({ stopId, stopSequence, scheduledAt, predictedAt }) => ({
      stopId,
      stopSequence,
      scheduledArrivalTime: new Date(scheduledAt),
      predictedArrivalTime: new Date(predictedAt),
    })),
  };
  const key = `${feed}/trips/${trip.tripId}@${trip.startDate}`;
  return [record(tripPredicted, key, TripPredicted.fromPartial({ prediction }))];
}

export function lotsChanged(now: Instant, free: Readonly<Record<string, number>> = {}): Outgoing[] {
  return lots.map(({ id, name, lat, lon, capacity, occupied, reserved }, at) => {
    const taken = free[id] === undefined ? occupied : capacity - reserved - free[id];
    const lot = {
      name: `lots/${id}`,
      displayName: name,
      position: { latitude: lat, longitude: lon },
      unit: here,
      state: Lot_State.STATE_OPEN,
      availability: {
        capacity,
        occupied: taken,
        reserved,
        free: capacity - taken - reserved,
        observedTime: id === NEVER_OBSERVED ? undefined : new Date(now - at * 75_000 - 6_000),
      },
    };
    return lotSaid(Lot.fromPartial(lot));
  });
}

export const lotSaid = (lot: Lot): Outgoing => record(lotChanged, lot.name, LotChanged.fromPartial({ lot }));

export const activated = (digest: string, name: string = FEED, unit: Unit | undefined = here): Outgoing =>
  record(feedActivated, name, FeedActivated.fromPartial({ feed: { name, digest, unit } }));
