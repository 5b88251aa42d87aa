import type { Codec, Topic } from '@giaolo/chassis/bus';
import { LotChanged, OccupancyObserved } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import {
  FeedActivated,
  StopReached,
  TripPredicted,
  VehiclePositionObserved,
  VehicleProgressed,
} from '@giaolo/proto/giaolo/transit/v1/transit_events';

const topic = <T>(name: string, codec: Codec<T>): Topic<T> => ({ name, codec });

export const occupancyObserved = topic('parking.lot.occupancy-observed.v1', OccupancyObserved);
export const lotChanged = topic('parking.lot.changed.v1', LotChanged);

export const feedActivated = topic('transit.feed.activated.v1', FeedActivated);
export const vehiclePositionObserved = topic('transit.vehicle.position-observed.v1', VehiclePositionObserved);
export const vehicleProgressed = topic('transit.vehicle.progressed.v1', VehicleProgressed);
export const tripPredicted = topic('transit.trip.predicted.v1', TripPredicted);
export const stopReached = topic('transit.trip.stop-reached.v1', StopReached);

/** Where the records of parking's occupancy group go that could not be handled, as they came. */
export const occupancyDeadLetters = { name: 'parking.occupancy.dead-letters.v1' };
/** The same of transit's progress group. */
export const progressDeadLetters = { name: 'transit.progress.dead-letters.v1' };
