import { baseConfig } from '@giaolo/chassis/config';

/** Parking reads what every service reads, and listens where local tools look for it. */
export const parkingConfig = baseConfig.extend({
  GIAOLO_SERVICE: baseConfig.shape.GIAOLO_SERVICE.default('parking'),
  GIAOLO_GRPC_ADDRESS: baseConfig.shape.GIAOLO_GRPC_ADDRESS.prefault('127.0.0.1:7001'),
  GIAOLO_OPS_ADDRESS: baseConfig.shape.GIAOLO_OPS_ADDRESS.prefault('127.0.0.1:7101'),
});
