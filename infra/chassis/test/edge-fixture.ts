import { ServiceError } from '@giaolo/chassis/errors';
import { connect } from '@giaolo/chassis/grpc/client';
import type { ConnectOptions } from '@giaolo/chassis/grpc/client-options';
import type { GrpcLimits } from '@giaolo/chassis/grpc/edge';
import { type GrpcServer, serveGrpc } from '@giaolo/chassis/grpc/server';
import { type Handlers, type Implementation, implement } from '@giaolo/chassis/grpc/service';
import { createLifecycle, type Lifecycle } from '@giaolo/chassis/lifecycle';
import type { Principal } from '@giaolo/chassis/principal';
import { everyMethod, ownUnitOnly } from '@giaolo/chassis/testing/rights';
import { issueToken, type KeyPair, makeKeyPair, type Verifier, verifierOf } from '@giaolo/chassis/tokens';
import {
  type GetLotResponse,
  Lot,
  ParkingServiceClient,
  ParkingServiceService,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';

export const operator: Principal = {
  subject: 'user:an',
  unit: { code: '77', validFrom: '2025-07-01' },
  grants: [{ role: 'operator', unit: { code: '77', validFrom: '2025-07-01' } }],
};

type ParkingHandlers = Handlers<ParkingServiceService>;

const notHere = () => Promise.reject(new ServiceError('UNIMPLEMENTED', '', 'not in this test'));

async function* nothing(): AsyncGenerator<never> {}

const stubs: ParkingHandlers = {
  openLot: notHere,
  closeLot: notHere,
  getLot: notHere,
  listLots: notHere,
  watchLots: nothing,
  reserveSpace: notHere,
  cancelReservation: notHere,
  reportOccupancy: nothing,
};

export const lotNamed = (name: string): GetLotResponse => ({ lot: Lot.fromPartial({ name }) });

export interface ParkingFixture {
  readonly server: GrpcServer;
  readonly lifecycle: Lifecycle;
  readonly keys: KeyPair;
  readonly verifier: Verifier;
  readonly token: string;
  client(options?: ConnectOptions): ReturnType<typeof connect<ParkingServiceService>>;
  stop(): Promise<unknown>;
}

/** A parking service with the handlers given, behind the real edge on a free port. */
export async function serveParking(
  handlers: Partial<ParkingHandlers>,
  limits: Partial<GrpcLimits> = {},
  others: readonly Implementation[] = [],
  access = everyMethod(ParkingServiceService, 'anyone'),
): Promise<ParkingFixture> {
  const keys = await makeKeyPair();
  const verifier = verifierOf(keys.jwks);
  const lifecycle = createLifecycle();
  const server = await serveGrpc({
    address: '127.0.0.1:0',
    services: [implement(ParkingServiceService, access, { ...stubs, ...handlers }), ...others],
    verifier,
    rights: ownUnitOnly(),
    readiness: lifecycle.readiness,
    limits: { stopMs: 500, ...limits },
  });
  lifecycle.onStop('grpc', () => server.stop());
  lifecycle.setReady();
  const token = await issueToken(keys.privateJwk, operator, 60_000);
  return {
    server,
    lifecycle,
    keys,
    verifier,
    token,
    client: (options = { token }) => {
      const client = connect(ParkingServiceClient, server.address, options);
      lifecycle.onStop('client', () => client.close());
      return client;
    },
    stop: () => lifecycle.stop(),
  };
}
