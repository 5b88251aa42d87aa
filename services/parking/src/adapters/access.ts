import { allow } from '@giaolo/chassis/access';
import type { AccessTable } from '@giaolo/chassis/grpc/service';
import type { ParkingServiceService } from '@giaolo/proto/giaolo/parking/v1/parking_service';

const read = allow('viewer', 'operator', 'driver', 'registrar', 'field', 'service');
const reserve = allow('driver', 'operator');

/** Who may call what, each in the unit of the lot. */
export const access: AccessTable<ParkingServiceService> = {
  openLot: allow('operator'),
  closeLot: allow('operator'),
  getLot: read,
  listLots: read,
  watchLots: read,
  reserveSpace: reserve,
  cancelReservation: reserve,
  reportOccupancy: allow('field'),
};
