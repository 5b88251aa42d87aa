import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Instant } from '@giaolo/chassis/clock';
import { ServiceError } from '@giaolo/chassis/errors';
import { connect } from '@giaolo/chassis/grpc/client';
import { serveGrpc } from '@giaolo/chassis/grpc/server';
import { implement } from '@giaolo/chassis/grpc/service';
import { serveHttp } from '@giaolo/chassis/http';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import type { Principal } from '@giaolo/chassis/principal';
import { type MemoryBus, memoryBus } from '@giaolo/chassis/testing/memory-bus';
import { issueToken, makeKeyPair, verifierOf } from '@giaolo/chassis/tokens';
import {
  ParkingServiceClient,
  ParkingServiceService,
  type ReserveSpaceRequest,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import {
  type ListArrivalsResponse,
  TransitServiceClient,
  TransitServiceService,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { pageCsp } from '../src/adapters/console-files.ts';
import type { PageFeed } from '../src/page-contract.ts';
import { startGateway } from '../src/service.ts';
import { FEED, routes, stops } from './city.ts';

/** What the services behind the gateway say, and what they were asked. */
export interface Behind {
  feed: Pick<PageFeed, 'feed' | 'agencyName' | 'timeZone' | 'digest' | 'routes' | 'stops'>;
  arrivals: ListArrivalsResponse;
  readonly reserved: { readonly request: ReserveSpaceRequest; readonly principal: Principal }[];
  readonly cancelled: { readonly name: string; readonly principal: Principal }[];
  networkReads: number;
}

export interface RunningGateway {
  readonly url: string;
  readonly bus: MemoryBus;
  readonly behind: Behind;
  token(principal: Principal): Promise<string>;
  /** Stops listening for HTTP, as a gateway that goes away does. */
  hangUp(): Promise<void>;
  /** Listens again, at the same address. */
  pickUp(): Promise<void>;
  end(): Promise<void>;
}

const lot = (name: string) => name.split('/').slice(0, 2).join('/');
const unasked = () => {
  throw new ServiceError('UNIMPLEMENTED', '', 'not in this test');
};

/** The real gateway on a bus in memory, in front of services that say what the test wants. */
export async function runGateway(clock: Clock, consoleDir?: string): Promise<RunningGateway> {
  const { privateJwk, jwks } = await makeKeyPair();
  const token = (principal: Principal) => issueToken(privateJwk, principal, 3_600_000);
  const behind: Behind = {
    feed: { feed: FEED, agencyName: 'Xe buýt Vũng Tàu', timeZone: 'Asia/Ho_Chi_Minh', digest: 'd1', routes, stops },
    arrivals: { arrivals: [] },
    reserved: [],
    cancelled: [],
    networkReads: 0,
  };
  const grpc = await serveGrpc({
    address: '127.0.0.1:0',
    services: [transitSaying(behind), parkingSaying(behind)],
    verifier: verifierOf(jwks),
    readiness: createLifecycle().readiness,
    reflection: false,
  });
  const own = await token({ subject: 'service:gateway', unit: { code: '77', validFrom: '2025-07-01' }, roles: [] });
  const transit = connect(TransitServiceClient, grpc.address, { token: own, forward: true });
  const parking = connect(ParkingServiceClient, grpc.address, { forward: true });
  const bus = memoryBus(clock);
  const empty = mkdtempSync(join(tmpdir(), 'giaolo-page-'));
  const begin = async (address: string) => {
    const gateway = await startGateway({ bus, clock, transit, parking, consoleDir: consoleDir ?? empty });
    const http = await serveHttp({ address, verifier: verifierOf(jwks), csp: pageCsp, routes: gateway.routes });
    return { gateway, http };
  };
  let running = await begin('127.0.0.1:0');
  const { address } = running.http;
  const hangUp = async () => {
    running.gateway.end();
    await running.http.stop();
  };
  return {
    url: `http://${address}`,
    bus,
    behind,
    token,
    hangUp,
    pickUp: async () => {
      running = await begin(address);
      // A bus in memory keeps nothing: what was said is said again, as Kafka's log would.
      await bus.publisher.send([...bus.caught]);
      await bus.settled();
    },
    end: async () => {
      await hangUp();
      transit.close();
      parking.close();
      await grpc.stop();
      rmSync(empty, { recursive: true });
    },
  };
}

const transitSaying = (behind: Behind) =>
  implement(TransitServiceService, {
    listFeeds: async () => {
      const { feed, agencyName, timeZone, digest } = behind.feed;
      const counts = { routeCount: 0, stopCount: 0, tripCount: 0, stopTimeCount: 0 };
      const dates = { firstServiceDate: '', lastServiceDate: '' };
      return { feeds: [{ name: feed, agencyName, timeZone, digest, ...counts, ...dates }], nextPageToken: '' };
    },
    listRoutes: async ({ pageToken }) => {
      behind.networkReads += 1;
      // One route a page: the gateway must turn pages.
      const at = Number(pageToken || 0);
      const all = behind.feed.routes.map(({ paths, ...route }) => ({
        ...route,
        paths: paths.map((path) => ({ coordinates: path.flatMap(([lon, lat]) => [lat, lon]) })),
      }));
      return { routes: all.slice(at, at + 1), nextPageToken: at + 1 < all.length ? String(at + 1) : '' };
    },
    listStops: async () => ({
      stops: behind.feed.stops.map(({ stopId, name, lat, lon }) => ({
        stopId,
        displayName: name,
        position: { latitude: lat, longitude: lon },
      })),
      nextPageToken: '',
    }),
    listArrivals: async ({ feed }) => {
      if (feed !== behind.feed.feed)
        throw new ServiceError('NOT_FOUND', 'FEED_UNKNOWN', 'no such feed', { domain: 'transit.giaolo' });
      return behind.arrivals;
    },
    importFeed: unasked,
    reportVehiclePositions: unasked,
    watchVehicles: unasked,
    watchPredictions: unasked,
  });

const parkingSaying = (behind: Behind) =>
  implement(ParkingServiceService, {
    reserveSpace: async (request, { principal }) => {
      if (request.lot === 'lots/full')
        throw new ServiceError('RESOURCE_EXHAUSTED', 'LOT_FULL', 'no space is free', {
          domain: 'parking.giaolo',
          localized: { vi: 'Bãi đã hết chỗ.', en: 'The car park is full.' },
        });
      behind.reserved.push({ request, principal });
      return {
        reservation: { name: `${lot(request.lot)}/reservations/r1`, arriveByTime: request.arriveByTime },
      };
    },
    cancelReservation: async ({ name }, { principal }) => {
      behind.cancelled.push({ name, principal });
      return {};
    },
    openLot: unasked,
    closeLot: unasked,
    getLot: unasked,
    listLots: unasked,
    watchLots: unasked,
    reportOccupancy: unasked,
  });

/** A clock that goes like the wall's, begun at `origin`. */
export function runningClock(origin: Instant, kind: Clock['kind'] = 'wall'): Clock {
  const startedAt = performance.now();
  return { kind, now: () => origin + Math.round(performance.now() - startedAt), observe: () => {} };
}
