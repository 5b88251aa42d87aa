import { baseConfig } from '@giaolo/chassis/config';
import type { z } from 'zod';

/** Parking reads what every service reads, and listens where local tools look for it. */
export const parkingConfig = baseConfig.extend({
  GIAOLO_GRPC_ADDRESS: baseConfig.shape.GIAOLO_GRPC_ADDRESS.prefault('127.0.0.1:7001'),
  GIAOLO_OPS_ADDRESS: baseConfig.shape.GIAOLO_OPS_ADDRESS.prefault('127.0.0.1:7101'),
});

export type ParkingConfig = z.output<typeof parkingConfig>;
