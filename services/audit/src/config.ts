import { baseConfig } from '@giaolo/chassis/config';

/** Audit reads what every service reads, and listens where local tools look for it. */
export const auditConfig = baseConfig.extend({
  GIAOLO_SERVICE: baseConfig.shape.GIAOLO_SERVICE.default('audit'),
  GIAOLO_GRPC_ADDRESS: baseConfig.shape.GIAOLO_GRPC_ADDRESS.prefault('127.0.0.1:7004'),
  GIAOLO_OPS_ADDRESS: baseConfig.shape.GIAOLO_OPS_ADDRESS.prefault('127.0.0.1:7104'),
});
