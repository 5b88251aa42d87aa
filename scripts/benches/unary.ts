import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from '@giaolo/chassis/grpc/client';
import { startTelemetry } from '@giaolo/chassis/telemetry';
import { ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { credentials } from '@grpc/grpc-js';
import { type Bench, contest, rateOf } from './bench.ts';

const CALLS = 6_000;
const CALLERS = 50;
export const TRACE_RATIO = 0.01;

export interface Listening {
  readonly address: string;
  readonly token: string;
}

/** The server runs in a process of its own, as servers do. */
async function startServer(kind: 'chassis' | 'bare') {
  const child = fork(new URL('./unary-server.ts', import.meta.url), [kind], { stdio: 'inherit' });
  const [listening] = (await once(child, 'message')) as [Listening];
  return { ...listening, stop: () => child.kill('SIGTERM') };
}

export const unary: Bench = {
  name: 'unary',
  about: `unary gRPC calls through the chassis (token, deadline, spans, metrics; ${TRACE_RATIO * 100} % of traces sampled) beside bare grpc-js, ${CALLERS} callers`,
  async run() {
    const telemetry = startTelemetry({ service: 'bench', traceRatio: TRACE_RATIO });
    const [chassis, bare] = await Promise.all([startServer('chassis'), startServer('bare')]);
    const ours = connect(ParkingServiceClient, chassis.address, { token: chassis.token });
    const theirs = new ParkingServiceClient(bare.address, credentials.createInsecure());
    const request = { name: 'lots/bench' };
    const bareCall = () =>
      new Promise((resolve, reject) => {
        theirs.getLot(request, (error, response) => (error ? reject(error) : resolve(response)));
      });
    const row = await contest(
      { bench: 'unary', metric: 'GetLot', unit: 'calls/s', baseline: 'bare grpc-js', n: CALLS },
      () => rateOf(CALLS, CALLERS, () => ours.getLot(request)),
      () => rateOf(CALLS, CALLERS, bareCall),
    );
    ours.close();
    theirs.close();
    chassis.stop();
    bare.stop();
    await telemetry.stop();
    return [row];
  },
};
