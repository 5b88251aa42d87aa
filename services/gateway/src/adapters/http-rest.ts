import type { Clock } from '@giaolo/chassis/clock';
import { aRequestId, demand } from '@giaolo/chassis/demand';
import type { ClientOf } from '@giaolo/chassis/grpc/client';
import { principalOf } from '@giaolo/chassis/http-principal';
import type { LiveView } from '@giaolo/chassis/live-view';
import type { ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import type { Request, RequestHandler } from 'express';
import type { Element } from '../live/element.ts';
import type { TransitClient } from './transit-network.ts';
import { pageArrival } from './wire.ts';

export type ParkingClient = ClientOf<(typeof ParkingServiceClient)['service']>;

const KEY_HEADER = 'Idempotency-Key';

/** `GET /v1/lots` */
export const listLots =
  (view: LiveView<Element>, clock: Clock): RequestHandler =>
  (_request, response) => {
    const lots = [...view.values()].filter(({ kind }) => kind === 'lots').map(({ json }) => json);
    response.set('cache-control', 'no-store').type('json').send(`{"now":${clock.now()},"lots":[${lots.join()}]}`);
  };

/** `GET /v1/stops/{feed}/{stop}/arrivals` */
export const listArrivals =
  (transit: TransitClient, clock: Clock): RequestHandler<{ feed: string; stop: string }> =>
  async (request, response) => {
    const { feed, stop } = request.params;
    const { arrivals } = await transit.listArrivals({ feed: `feeds/${feed}`, stopId: stop });
    const body = { now: clock.now(), arrivals: arrivals.flatMap((arrival) => pageArrival(arrival) ?? []) };
    response.set('cache-control', 'no-store').json(body);
  };

/** `POST /v1/lots/{lot}/reservations` with `{"arriveByTime": "<ISO 8601>"}` */
export const reserveSpace =
  (parking: ParkingClient): RequestHandler<{ lot: string }> =>
  async (request, response) => {
    principalOf(request);
    const requestId = requestIdOf(request);
    const { arriveByTime } = (request.body ?? {}) as { arriveByTime?: unknown };
    const arriveBy = new Date(typeof arriveByTime === 'string' ? arriveByTime : Number.NaN);
    demand({ arriveByTime: [!Number.isNaN(arriveBy.getTime()), 'must be a time as ISO 8601 has it'] });
    const lot = `lots/${request.params.lot}`;
    const { reservation } = await parking.reserveSpace({ requestId, lot, arriveByTime: arriveBy });
    const name = reservation?.name ?? '';
    response
      .status(201)
      .location(`/v1/${name}`)
      .set('cache-control', 'no-store')
      .json({ name, arriveByTime: reservation?.arriveByTime });
  };

/** `DELETE /v1/lots/{lot}/reservations/{reservation}` */
export const cancelReservation =
  (parking: ParkingClient): RequestHandler<{ lot: string; reservation: string }> =>
  async (request, response) => {
    principalOf(request);
    const requestId = requestIdOf(request);
    const { lot, reservation } = request.params;
    await parking.cancelReservation({ requestId, name: `lots/${lot}/reservations/${reservation}` });
    response.status(204).end();
  };

/** The header may be quoted, as its draft standard has it, or not. */
function requestIdOf(request: Pick<Request, 'get'>): string {
  const requestId = (request.get(KEY_HEADER) ?? '').replace(/^"(.*)"$/, '$1');
  demand({ [KEY_HEADER]: aRequestId(requestId) });
  return requestId;
}
