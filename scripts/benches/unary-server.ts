import { allow } from '@giaolo/chassis/access';
import { serveGrpc } from '@giaolo/chassis/grpc/server';
import { implement } from '@giaolo/chassis/grpc/service';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import { principalIn } from '@giaolo/chassis/principal';
import { startTelemetry } from '@giaolo/chassis/telemetry';
import { everyMethod, ownUnitOnly } from '@giaolo/chassis/testing/rights';
import { issueToken, makeKeyPair, verifierOf } from '@giaolo/chassis/tokens';
import { type GetLotResponse, Lot, ParkingServiceService } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { type handleUnaryCall, Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { type Listening, TRACE_RATIO } from './unary.ts';

const response: GetLotResponse = {
  lot: Lot.fromPartial({
    name: 'lots/bench',
    displayName: 'Bãi xe',
    position: { latitude: 10.34, longitude: 107.08 },
    state: 1,
    availability: { capacity: 100, occupied: 40, reserved: 2, free: 58, observedTime: new Date(0) },
  }),
};

const methods = Object.keys(ParkingServiceService);

async function chassis(): Promise<Listening> {
  startTelemetry({ service: 'bench-server', traceRatio: TRACE_RATIO });
  const { jwks, privateJwk } = await makeKeyPair();
  const handlers = Object.fromEntries(methods.map((name) => [name, async () => response]));
  const service = implement(
    ParkingServiceService,
    everyMethod(ParkingServiceService, allow('viewer')),
    handlers as never,
  );
  const { readiness } = createLifecycle();
  const server = await serveGrpc({
    address: '127.0.0.1:0',
    services: [service],
    verifier: verifierOf(jwks),
    rights: ownUnitOnly(),
    readiness,
  });
  const principal = principalIn({ code: '79', validFrom: '2025-07-01' }, 'client:bench', 'viewer');
  return { address: server.address, token: await issueToken(privateJwk, principal, 3_600_000) };
}

async function bare(): Promise<Listening> {
  const server = new Server();
  const getLot: handleUnaryCall<unknown, GetLotResponse> = (_call, reply) => reply(null, response);
  const handlers = Object.fromEntries(methods.map((name) => [name, getLot])) as UntypedServiceImplementation;
  server.addService(ParkingServiceService, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, token: '' };
}

process.send?.(await (process.argv[2] === 'chassis' ? chassis() : bare()));
process.on('disconnect', () => process.exit(0));
