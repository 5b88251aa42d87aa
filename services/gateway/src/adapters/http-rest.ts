import type { Clock } from '@giaolo/chassis/clock';
import { aRequestId, demand } from '@giaolo/chassis/demand';
import type { ClientOf } from '@giaolo/chassis/grpc/client';
import type { RouteCaller } from '@giaolo/chassis/http-route';
import type { LiveView } from '@giaolo/chassis/live-view';
import { COUNTRY } from '@giaolo/chassis/principal';
import type { ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import type { Request, Response } from 'express';
import type { Element } from '../live/element.ts';
import { type FeedUnits, Sight } from '../live/sight.ts';
import type { TransitClient } from './transit-network.ts';
import { pageArrival, pageLot, unitOf } from './wire.ts';

export type ParkingClient = ClientOf<(typeof ParkingServiceClient)['service']>;

const KEY_HEADER = 'Idempotency-Key';

/** `GET /v1/lots` */
export const listLots =
  (view: LiveView<Element>, feeds: FeedUnits, clock: Clock) =>
  (_request: Request, response: Response, { rights }: RouteCaller) => {
    const lots = [...view.values()].filter(({ kind }) => kind === 'lots');
    const seen = new Sight(rights.sees, feeds).of(lots) ?? [];
    const items = seen.map(({ json }) => json).join();
    response.set('cache-control', 'no-store').type('json').send(`{"now":${clock.now()},"lots":[${items}]}`);
  };

/** `GET /v1/lots/{lot}` */
export const readLot =
  (parking: ParkingClient, clock: Clock) =>
  async (request: Request<{ lot: string }>, response: Response, { rights }: RouteCaller) => {
    const name = `lots/${request.params.lot}`;
    const { lot } = await parking.getLot({ name });
    rights.require((lot && unitOf(lot)) ?? COUNTRY);
    response.set('cache-control', 'no-store').json({ now: clock.now(), lot: pageLot(name, lot) });
  };

/** `GET /v1/stops/{feed}/{stop}/arrivals` */
export const listArrivals =
  (transit: TransitClient, feeds: FeedUnits, clock: Clock) =>
  async (request: Request<{ feed: string; stop: string }>, response: Response, { rights }: RouteCaller) => {
    const feed = `feeds/${request.params.feed}`;
    const unit = feeds.get(feed);
    if (unit) rights.require(unit);
    const { arrivals } = await transit.listArrivals({ feed, stopId: request.params.stop });
    judgedBehind(rights);
    const body = { now: clock.now(), arrivals: arrivals.flatMap((arrival) => pageArrival(arrival) ?? []) };
    response.set('cache-control', 'no-store').json(body);
  };

/** `POST /v1/lots/{lot}/reservations` with `{"arriveByTime": "<ISO 8601>"}` */
export const reserveSpace =
  (parking: ParkingClient) =>
  async (request: Request<{ lot: string }>, response: Response, { rights }: RouteCaller) => {
    const requestId = requestIdOf(request);
    const { arriveByTime } = (request.body ?? {}) as { arriveByTime?: unknown };
    const arriveBy = new Date(typeof arriveByTime === 'string' ? arriveByTime : Number.NaN);
    demand({ arriveByTime: [!Number.isNaN(arriveBy.getTime()), 'must be a time as ISO 8601 has it'] });
    const lot = `lots/${request.params.lot}`;
    const { reservation } = await parking.reserveSpace({ requestId, lot, arriveByTime: arriveBy });
    judgedBehind(rights);
    const name = reservation?.name ?? '';
    response
      .status(201)
      .location(`/v1/${name}`)
      .set('cache-control', 'no-store')
      .json({ name, arriveByTime: reservation?.arriveByTime });
  };

/** `DELETE /v1/lots/{lot}/reservations/{reservation}` */
export const cancelReservation =
  (parking: ParkingClient) =>
  async (request: Request<{ lot: string; reservation: string }>, response: Response, { rights }: RouteCaller) => {
    const requestId = requestIdOf(request);
    const { lot, reservation } = request.params;
    await parking.cancelReservation({ requestId, name: `lots/${lot}/reservations/${reservation}` });
    judgedBehind(rights);
    response.status(204).end();
  };

/** The service that answered has judged the same token by the object itself, which we do not know. */
const judgedBehind = (rights: RouteCaller['rights']): void => rights.nothingToJudge();

/** The header may be quoted, as its draft standard has it, or not. */
function requestIdOf(request: Pick<Request, 'get'>): string {
  const requestId = (request.get(KEY_HEADER) ?? '').replace(/^"(.*)"$/, '$1');
  demand({ [KEY_HEADER]: aRequestId(requestId) });
  return requestId;
}
