import { baseConfig } from '@giaolo/chassis/config';

/** The registry reads what every service reads, and listens where local tools look for it. */
export const registryConfig = baseConfig.extend({
  GIAOLO_SERVICE: baseConfig.shape.GIAOLO_SERVICE.default('registry'),
  GIAOLO_GRPC_ADDRESS: baseConfig.shape.GIAOLO_GRPC_ADDRESS.prefault('127.0.0.1:7003'),
  GIAOLO_OPS_ADDRESS: baseConfig.shape.GIAOLO_OPS_ADDRESS.prefault('127.0.0.1:7103'),
});
