import { address, baseConfig, grpcTarget } from '@giaolo/chassis/config';
import { z } from 'zod';

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\]):\d+$/;

/** What the gateway reads beyond what every service reads. */
export const gatewayConfig = baseConfig.extend({
  GIAOLO_HTTP_ADDRESS: address
    .regex(LOOPBACK, 'must be on the loopback interface: whoever ends TLS stands before it there')
    .prefault('127.0.0.1:8080')
    .describe('where HTTP listens, host:port'),
  GIAOLO_PUBLIC_ORIGIN: z
    .string()
    .regex(/^https:\/\/[a-z0-9.-]+(:\d+)?$/, 'must be https://name')
    .optional()
    .describe('under which browsers come when TLS ends before us; absent = by a loopback name only'),
  GIAOLO_TRANSIT_ADDRESS: grpcTarget.prefault('127.0.0.1:7002').describe("transit's gRPC, host:port,..."),
  GIAOLO_PARKING_ADDRESS: grpcTarget.prefault('127.0.0.1:7001').describe("parking's gRPC, host:port,..."),
  GIAOLO_CONSOLE_DIR: z.string().describe('folder of the bundled page'),
  GIAOLO_OPS_ADDRESS: baseConfig.shape.GIAOLO_OPS_ADDRESS.prefault('127.0.0.1:7100'),
});

export type GatewayConfig = z.output<typeof gatewayConfig>;
