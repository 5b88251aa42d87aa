import type { Codec, Topic } from '@giaolo/chassis/bus';
import * as chassis from '@giaolo/chassis/topics';
import { ChainAnchored, ChainExtended } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { StateChanged } from '@giaolo/proto/giaolo/chassis/v1/commit';
import { LotChanged, OccupancyObserved } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import { AssetChanged, DeviceChanged, DeviceHealthObserved } from '@giaolo/proto/giaolo/registry/v1/registry_events';
import {
  FeedActivated,
  FeedArchived,
  StopReached,
  TripPredicted,
  VehiclePositionObserved,
  VehicleProgressed,
} from '@giaolo/proto/giaolo/transit/v1/transit_events';

const topic = <T>(name: string, codec: Codec<T>): Topic<T> => ({ name, codec });

/** Those that the chassis itself speaks. */
export const { unitChanged, actRecorded } = chassis;

export const assetChanged = topic('registry.asset.changed.v1', AssetChanged);
export const deviceChanged = topic('registry.device.changed.v1', DeviceChanged);
export const deviceHealthObserved = topic('registry.device.health-observed.v1', DeviceHealthObserved);

export const occupancyObserved = topic('parking.lot.occupancy-observed.v1', OccupancyObserved);
export const lotChanged = topic('parking.lot.changed.v1', LotChanged);

export const feedActivated = topic('transit.feed.activated.v1', FeedActivated);
export const feedArchived = topic('transit.feed.archived.v1', FeedArchived);
export const vehiclePositionObserved = topic('transit.vehicle.position-observed.v1', VehiclePositionObserved);
export const vehicleProgressed = topic('transit.vehicle.progressed.v1', VehicleProgressed);
export const tripPredicted = topic('transit.trip.predicted.v1', TripPredicted);
export const stopReached = topic('transit.trip.stop-reached.v1', StopReached);

export const chainExtended = topic('audit.chain.extended.v1', ChainExtended);
export const chainAnchored = topic('audit.chain.anchored.v1', ChainAnchored);

/** What a deciding service's aggregates are rebuilt from. */
export const lotState = topic('parking.lot.state.v1', StateChanged);
export const feedState = topic('transit.feed.state.v1', StateChanged);
export const unitState = topic('registry.unit.state.v1', StateChanged);
export const assetState = topic('registry.asset.state.v1', StateChanged);
export const deviceState = topic('registry.device.state.v1', StateChanged);
export const chainState = topic('audit.chain.state.v1', StateChanged);

/** Where the records of parking's occupancy group go that could not be handled, as they came. */
export const occupancyDeadLetters = { name: 'parking.occupancy.dead-letters.v1' };
/** The same of the group by which parking follows the registry. */
export const registryDeadLetters = { name: 'parking.registry.dead-letters.v1' };
/** The same of transit's progress group. */
export const progressDeadLetters = { name: 'transit.progress.dead-letters.v1' };
/** The same of the group that judges the health of devices. */
export const healthDeadLetters = { name: 'registry.health.dead-letters.v1' };
/** The same of the group that makes the audit chains. */
export const chainDeadLetters = { name: 'audit.chain.dead-letters.v1' };
