import { join } from 'node:path';
import { root } from './places.ts';
import type { PlatformInfo } from './platform-info.ts';
import type { Ports } from './ports.ts';

/** One of the platform's own processes. */
export interface ServiceSpec {
  readonly name: string;
  /** From the root of the checkout. */
  readonly main: string;
  /** Port of /livez, /readyz and /metrics. */
  readonly opsPort: number;
  /** What it is told beyond what every service is told. */
  readonly env: Readonly<Record<string, string>>;
}

const at = (port: number) => `127.0.0.1:${port}`;

/** The process list of the platform. Nobody waits for anybody else: each is ready when what it needs itself is there. */
export function services(ports: Ports): ServiceSpec[] {
  return [
    {
      name: 'transit',
      main: 'services/transit/src/main.ts',
      opsPort: ports.transitOps,
      env: { GIAOLO_GRPC_ADDRESS: at(ports.transit) },
    },
    {
      name: 'parking',
      main: 'services/parking/src/main.ts',
      opsPort: ports.parkingOps,
      env: { GIAOLO_GRPC_ADDRESS: at(ports.parking) },
    },
    {
      name: 'registry',
      main: 'services/registry/src/main.ts',
      opsPort: ports.registryOps,
      env: { GIAOLO_GRPC_ADDRESS: at(ports.registry) },
    },
    {
      name: 'audit',
      main: 'services/audit/src/main.ts',
      opsPort: ports.auditOps,
      env: { GIAOLO_GRPC_ADDRESS: at(ports.audit) },
    },
    {
      name: 'gateway',
      main: 'services/gateway/src/main.ts',
      opsPort: ports.gatewayOps,
      env: {
        GIAOLO_HTTP_ADDRESS: at(ports.gateway),
        GIAOLO_TRANSIT_ADDRESS: at(ports.transit),
        GIAOLO_PARKING_ADDRESS: at(ports.parking),
        GIAOLO_CONSOLE_DIR: join(root, 'services/console/dist'),
      },
    },
  ];
}

type Known = Pick<PlatformInfo, 'clock' | 'topicPrefix' | 'jwksFile' | 'kafka' | 'redis' | 'redisLive'>;

/** The environment of a process of the platform; `more` is told on top of our own. */
export function environmentOf(
  spec: ServiceSpec,
  info: Known,
  tokenFile: string,
  more: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_OPTIONS: undefined, // jest's
    ...more,
    ...spec.env,
    GIAOLO_SERVICE: spec.name,
    GIAOLO_OPS_ADDRESS: at(spec.opsPort),
    GIAOLO_CLOCK: info.clock,
    GIAOLO_TOPIC_PREFIX: info.topicPrefix,
    GIAOLO_JWKS_FILE: info.jwksFile,
    GIAOLO_TOKEN_FILE: tokenFile,
    KAFKA_BROKERS: info.kafka,
    REDIS_URL: info.redis,
    REDIS_LIVE_URL: info.redisLive,
  };
}
