import { allow } from '@giaolo/chassis/access';
import type { AccessTable } from '@giaolo/chassis/grpc/service';
import type { TransitServiceService } from '@giaolo/proto/giaolo/transit/v1/transit_service';

const read = allow('viewer', 'operator', 'driver', 'registrar', 'field', 'service');

/** Who may call what, each in the unit of the feed. */
export const access: AccessTable<TransitServiceService> = {
  importFeed: allow('operator'),
  listFeeds: read,
  listRoutes: read,
  listStops: read,
  listArrivals: read,
  reportVehiclePositions: allow('field'),
  watchVehicles: read,
  watchPredictions: read,
};
