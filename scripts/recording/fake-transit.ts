import { ServiceError } from '@giaolo/chassis/errors';
import { connect } from '@giaolo/chassis/grpc/client';
import { serveGrpc } from '@giaolo/chassis/grpc/server';
import { type Handlers, implement } from '@giaolo/chassis/grpc/service';
import { watchStream } from '@giaolo/chassis/grpc/watch';
import { LiveView } from '@giaolo/chassis/live-view';
import { principalIn } from '@giaolo/chassis/principal';
import { everyMethod, ownUnitOnly } from '@giaolo/chassis/testing/rights';
import { issueToken, makeKeyPair, verifierOf } from '@giaolo/chassis/tokens';
import {
  RefusedPosition_Reason,
  type ReportVehiclePositionsResponse,
  TransitServiceClient,
  TransitServiceService,
  TripPrediction,
  type VehiclePosition,
  VehicleProgress,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { makePath, nearPoints } from './path.ts';
import { departure, timetableOf } from './straight-line.ts';

/** For tests: what shall go wrong. */
export interface Faults {
  /** Taken, and not seen again. */
  loses?(position: VehiclePosition): boolean;
  refuses?(position: VehiclePosition): boolean;
  /** Asked before each answer to a report, and before each message of a stream. */
  breaks?(what: 'report' | 'vehicles' | 'predictions'): boolean;
  /** What an import is answered with. */
  importError?: ServiceError;
}

const nobody = { isReady: () => true, onChange: () => {} };
const broken = () => new ServiceError('UNAVAILABLE', '', 'broken for this test');
const notHere = () => Promise.reject(new ServiceError('UNIMPLEMENTED', '', 'not in this test'));

/** A transit service that puts vehicles on the straight line and has every trip on time, on a real connection. */
export async function serveFakeTransit(faults: Faults = {}) {
  const keys = await makeKeyPair();
  const unit = { code: '00', validFrom: '2025-07-01' };
  const token = await issueToken(keys.privateJwk, principalIn(unit, 'client:test', 'operator'), 60_000);
  const verifier = verifierOf(keys.jwks);
  const implementation = implement(
    TransitServiceService,
    everyMethod(TransitServiceService, 'anyone'),
    new FakeTransit(faults).handlers,
  );
  const server = await serveGrpc({
    address: '127.0.0.1:0',
    services: [implementation],
    verifier,
    rights: ownUnitOnly(),
    readiness: nobody,
  });
  const transit = connect(TransitServiceClient, server.address, { token });
  await transit.ready(5_000);
  const stop = async () => {
    transit.close();
    await server.stop();
  };
  return { transit, stop };
}

class FakeTransit {
  readonly #faults: Faults;
  readonly #vehicles = view<VehicleProgress>();
  readonly #predictions = view<TripPrediction>();
  #offset = 0n;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  readonly handlers: Handlers<TransitServiceService> = {
    importFeed: async (requests) => {
      for await (const _ of requests);
      if (this.#faults.importError) throw this.#faults.importError;
      return { feed: undefined, warnings: [] };
    },
    listFeeds: notHere,
    listRoutes: notHere,
    listStops: notHere,
    listArrivals: notHere,
    reportVehiclePositions: (requests) => this.#report(requests),
    watchVehicles: (request, { signal }) =>
      this.#breaking(
        'vehicles',
        watchStream(
          this.#vehicles,
          request,
          signal,
          () => true,
          (head, vehicles) => ({ ...head, vehicles }),
        ),
      ),
    watchPredictions: (request, { signal }) =>
      this.#breaking(
        'predictions',
        watchStream(
          this.#predictions,
          request,
          signal,
          () => true,
          (head, predictions) => ({ ...head, predictions }),
        ),
      ),
  };

  async *#report(requests: AsyncIterable<{ feed: string; positions: VehiclePosition[] }>) {
    for await (const { feed, positions } of requests) {
      const answer: ReportVehiclePositionsResponse = { accepted: 0, refused: [] };
      for (const [index, position] of positions.entries())
        if (this.#faults.refuses?.(position))
          answer.refused.push({ index, reason: RefusedPosition_Reason.REASON_NO_FIX });
        else this.#take(feed, position);
      if (this.#faults.breaks?.('report')) throw broken();
      yield { ...answer, accepted: positions.length - answer.refused.length };
    }
  }

  #take(feed: string, { vehicleId, observedTime, position, trip }: VehiclePosition): void {
    const known = [...this.#vehicles.values()].find((vehicle) => vehicle.vehicleId === vehicleId);
    if (known?.observedTime && observedTime && known.observedTime >= observedTime) return;
    if (this.#faults.loses?.({ vehicleId, observedTime, position, trip })) return;
    const [point] = nearPoints(line, [position?.latitude ?? 0, position?.longitude ?? 0], 60);
    const progress = VehicleProgress.fromPartial({
      feed,
      vehicleId,
      observedTime,
      position,
      trip,
      unplaced: point ? 0 : 4,
    });
    if (point) progress.placement = { ...placement, distance: point.distance, position };
    this.#vehicles.apply(0, this.#offset, vehicleId, progress);
    if (point && trip)
      this.#predictions.apply(0, this.#offset, trip.tripId, onTime({ feed, vehicleId, observedTime, trip }));
    this.#offset++;
  }

  async *#breaking<Message>(
    what: 'vehicles' | 'predictions',
    messages: AsyncIterable<Message>,
  ): AsyncGenerator<Message> {
    for await (const message of messages) {
      if (this.#faults.breaks?.(what)) throw broken();
      yield message;
    }
  }
}

const trip = timetableOf().trip('T');
const line = makePath(trip?.shape ?? []);
const placement = {
  distance: 0,
  offset: 0,
  position: undefined,
  latenessSeconds: 0,
  nextStopId: '',
  nextStopSequence: 0,
};

const view = <Value>() => new LiveView<Value>({ epoch: 'test', slots: 1, now: () => 0 });

const onTime = (about: Pick<TripPrediction, 'feed' | 'vehicleId' | 'observedTime' | 'trip'>): TripPrediction =>
  TripPrediction.fromPartial({
    ...about,
    model: 'on-time',
    stops: (trip?.stops ?? []).slice(1).map(({ stopId, stopSequence }, i) => ({
      stopId,
      stopSequence,
      predictedArrivalTime: new Date(departure + (i + 1) * 100_000),
    })),
  });
