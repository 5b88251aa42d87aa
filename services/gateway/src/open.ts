import { connect } from '@giaolo/chassis/grpc/client';
import { serveHttp } from '@giaolo/chassis/http';
import type { Lifecycle } from '@giaolo/chassis/lifecycle';
import { openService } from '@giaolo/chassis/service';
import { tokenFile } from '@giaolo/chassis/token-file';
import { ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { pageCsp } from './adapters/console-files.ts';
import type { GatewayConfig } from './config.ts';
import { consumes, produces } from './messages.ts';
import { startGateway } from './service.ts';

/** Opens a replica: what it stands on first, what it is asked by last; answers where its HTTP listens. */
export async function openGateway(config: GatewayConfig, lifecycle: Lifecycle): Promise<string> {
  const { clock, bus, verifier, rights } = await openService(lifecycle, config, { produces, consumes });
  const { GIAOLO_TRANSIT_ADDRESS, GIAOLO_PARKING_ADDRESS, GIAOLO_TOKEN_FILE: file } = config;
  const transit = connect(TransitServiceClient, GIAOLO_TRANSIT_ADDRESS, { forward: true });
  const parking = connect(ParkingServiceClient, GIAOLO_PARKING_ADDRESS, { forward: true });
  const ownTransit = connect(TransitServiceClient, GIAOLO_TRANSIT_ADDRESS, file ? { token: tokenFile(file) } : {});
  lifecycle.onStop('clients', () => [transit, parking, ownTransit].map((client) => client.close()));
  lifecycle.onStop('consumers', () => bus.stopConsuming());
  const { GIAOLO_CONSOLE_DIR: consoleDir } = config;
  const gateway = await startGateway({ bus, clock, transit, parking, ownTransit, consoleDir });
  const http = await serveHttp({
    address: config.GIAOLO_HTTP_ADDRESS,
    publicOrigin: config.GIAOLO_PUBLIC_ORIGIN,
    verifier,
    rights,
    csp: pageCsp,
    readiness: lifecycle.readiness,
    routes: gateway.routes,
  });
  lifecycle.onStop('http', () => http.stop());
  lifecycle.onStop('event streams', () => gateway.end());
  return http.address;
}
