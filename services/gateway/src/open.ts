import { connect } from '@giaolo/chassis/grpc/client';
import { serveHttp } from '@giaolo/chassis/http';
import type { Lifecycle } from '@giaolo/chassis/lifecycle';
import { openService } from '@giaolo/chassis/service';
import { tokenFile } from '@giaolo/chassis/token-file';
import { verifier } from '@giaolo/chassis/tokens';
import { ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { pageCsp } from './adapters/console-files.ts';
import type { GatewayConfig } from './config.ts';
import { consumes, produces } from './messages.ts';
import { startGateway } from './service.ts';

/** Opens a replica: what it stands on first, what it is asked by last; answers where its HTTP listens. */
export async function openGateway(config: GatewayConfig, lifecycle: Lifecycle): Promise<string> {
  const { clock, bus } = await openService(lifecycle, config, { produces, consumes });
  const { GIAOLO_TOKEN_FILE: file } = config;
  const identity = { forward: true, ...(file && { token: tokenFile(file) }) };
  const transit = connect(TransitServiceClient, config.GIAOLO_TRANSIT_ADDRESS, identity);
  lifecycle.onStop('transit', () => transit.close());
  // Never in the gateway's own name: a reservation is somebody's.
  const parking = connect(ParkingServiceClient, config.GIAOLO_PARKING_ADDRESS, { forward: true });
  lifecycle.onStop('parking', () => parking.close());
  lifecycle.onStop('consumers', () => bus.stopConsuming());
  const gateway = await startGateway({ bus, clock, transit, parking, consoleDir: config.GIAOLO_CONSOLE_DIR });
  const http = await serveHttp({
    address: config.GIAOLO_HTTP_ADDRESS,
    verifier: await verifier(config.GIAOLO_JWKS_FILE),
    csp: pageCsp,
    routes: gateway.routes,
  });
  lifecycle.onStop('http', () => http.stop());
  lifecycle.onStop('event streams', () => gateway.end());
  return http.address;
}
