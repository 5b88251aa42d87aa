import { allow } from '@giaolo/chassis/access';
import { ServiceError } from '@giaolo/chassis/errors';
import { implement } from '@giaolo/chassis/grpc/service';
import type { Principal, Unit } from '@giaolo/chassis/principal';
import { everyMethod } from '@giaolo/chassis/testing/rights';
import { Lot, ParkingServiceService, type ReserveSpaceRequest } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import {
  Feed,
  type ListArrivalsResponse,
  TransitServiceService,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import type { PageFeed } from '../src/page-contract.ts';
import { FEED, here, lots, routes, stops } from './city.ts';

/** What the services behind the gateway say, and what they were asked. */
export class Behind {
  feeds: (PageFeed & { readonly unit: Unit })[] = [
    {
      feed: FEED,
      agencyName: 'Xe buýt Vũng Tàu',
      timeZone: 'Asia/Ho_Chi_Minh',
      digest: 'd1',
      routes,
      stops,
      unit: here,
    },
  ];
  lots: Lot[] = lots.map(({ id, name, lat, lon, capacity }) =>
    Lot.fromPartial({
      name: `lots/${id}`,
      displayName: name,
      position: { latitude: lat, longitude: lon },
      unit: here,
      availability: { capacity, free: capacity },
    }),
  );
  arrivals: ListArrivalsResponse = { arrivals: [] };
  readonly reserved: { readonly request: ReserveSpaceRequest; readonly principal: Principal }[] = [];
  readonly cancelled: { readonly name: string; readonly principal: Principal }[] = [];
  networkReads = 0;

  feed(name: string): PageFeed & { readonly unit: Unit } {
    const found = this.feeds.find(({ feed }) => feed === name);
    if (!found) throw new ServiceError('NOT_FOUND', 'FEED_UNKNOWN', 'no such feed', { domain: 'transit.giaolo' });
    return found;
  }

  lot(name: string): Lot {
    const found = this.lots.find((lot) => lot.name === name);
    if (!found) throw new ServiceError('NOT_FOUND', 'LOT_UNKNOWN', 'no such lot', { domain: 'parking.giaolo' });
    return found;
  }
}

const unasked = () => {
  throw new ServiceError('UNIMPLEMENTED', '', 'not in this test');
};

const access = allow('viewer', 'operator', 'driver', 'registrar', 'service');
const lotOf = (name: string) => name.split('/').slice(0, 2).join('/');

export const transitSaying = (behind: Behind) =>
  implement(TransitServiceService, everyMethod(TransitServiceService, access), {
    listFeeds: async (_request, { rights: { sees } }) => ({
      feeds: behind.feeds
        .filter(({ unit }) => sees(unit))
        .map(({ feed, agencyName, timeZone, digest, unit }) =>
          Feed.fromPartial({ name: feed, agencyName, timeZone, digest, unit }),
        ),
      nextPageToken: '',
    }),
    listRoutes: async ({ feed, pageToken }, { rights }) => {
      behind.networkReads += 1;
      const { routes, unit } = behind.feed(feed);
      rights.require(unit);
      // One route a page: the gateway must turn pages.
      const at = Number(pageToken || 0);
      const all = routes.map(({ paths, ...route }) => ({
        ...route,
        paths: paths.map((path) => ({ coordinates: path.flatMap(([lon, lat]) => [lat, lon]) })),
      }));
      return { routes: all.slice(at, at + 1), nextPageToken: at + 1 < all.length ? String(at + 1) : '' };
    },
    listStops: async ({ feed }, { rights }) => {
      const { stops, unit } = behind.feed(feed);
      rights.require(unit);
      return {
        stops: stops.map(({ stopId, name, lat, lon }) => ({
          stopId,
          displayName: name,
          position: { latitude: lat, longitude: lon },
        })),
        nextPageToken: '',
      };
    },
    listArrivals: async ({ feed }, { rights }) => {
      rights.require(behind.feed(feed).unit);
      return behind.arrivals;
    },
    importFeed: unasked,
    reportVehiclePositions: unasked,
    watchVehicles: unasked,
    watchPredictions: unasked,
  });

export const parkingSaying = (behind: Behind) =>
  implement(ParkingServiceService, everyMethod(ParkingServiceService, access), {
    reserveSpace: async (request, { principal, rights }) => {
      if (request.lot === 'lots/full')
        throw new ServiceError('RESOURCE_EXHAUSTED', 'LOT_FULL', 'no space is free', {
          domain: 'parking.giaolo',
          localized: { vi: 'Bãi đã hết chỗ.', en: 'The car park is full.' },
        });
      rights.require(behind.lot(request.lot).unit as Unit);
      behind.reserved.push({ request, principal });
      return {
        reservation: { name: `${request.lot}/reservations/r1`, arriveByTime: request.arriveByTime },
      };
    },
    cancelReservation: async ({ name }, { principal, rights }) => {
      rights.require(behind.lot(lotOf(name)).unit as Unit);
      behind.cancelled.push({ name, principal });
      return {};
    },
    getLot: async ({ name }, { rights }) => {
      const lot = behind.lot(name);
      rights.require(lot.unit as Unit);
      return { lot };
    },
    openLot: unasked,
    closeLot: unasked,
    listLots: unasked,
    watchLots: unasked,
    reportOccupancy: unasked,
  });
