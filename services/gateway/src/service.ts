import { allow } from '@giaolo/chassis/access';
import { type Bus, view } from '@giaolo/chassis/bus';
import type { Clock } from '@giaolo/chassis/clock';
import type { Route } from '@giaolo/chassis/http-route';
import { log } from '@giaolo/chassis/log';
import { gauge } from '@giaolo/chassis/metrics';
import type { Unit } from '@giaolo/chassis/principal';
import { EventStreams, eventFrame } from '@giaolo/chassis/sse';
import type { Feed } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { feedActivated, lotChanged, tripPredicted, vehicleProgressed } from '@giaolo/topics/topics';
import { announceFeeds } from './adapters/announce-feeds.ts';
import { consoleFiles } from './adapters/console-files.ts';
import { liveEvents, readClock, readNetwork } from './adapters/http-page.ts';
import {
  cancelReservation,
  listArrivals,
  listLots,
  type ParkingClient,
  readLot,
  reserveSpace,
} from './adapters/http-rest.ts';
import { type TransitClient, transitNetwork } from './adapters/transit-network.ts';
import { pageLot, pagePrediction, pageVehicle, unitOf } from './adapters/wire.ts';
import { type Element, feedElement, isCurrent, lotElement, predictionElement, vehicleElement } from './live/element.ts';
import { NetworkCache } from './network/network-cache.ts';

export interface Ports {
  readonly bus: Bus;
  readonly clock: Clock;
  /** These two speak with the token of whoever asks, and with none of ours: an act is somebody's. */
  readonly transit: TransitClient;
  readonly parking: ParkingClient;
  /** In our own name, for what serves everybody. */
  readonly ownTransit: TransitClient;
  readonly consoleDir: string;
}

export interface Gateway {
  readonly routes: readonly Route[];
  /** Ends all event streams: pages come back by themselves. */
  end(): void;
}

/** People; field devices and our own services speak gRPC. */
const see = allow('viewer', 'operator', 'driver', 'registrar');
const reserve = allow('driver', 'operator');

const HEARTBEAT_MS = 1_000;
// A part of a snapshot of a large city is about 2 MB.
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
const MAX_PAGES = 500;

/** Table of contents: what the gateway hears, and what it answers to whom. */
export async function startGateway(ports: Ports): Promise<Gateway> {
  const { bus, clock, transit, parking, ownTransit, consoleDir } = ports;
  const feeds = new Map<string, Unit>();
  const learn = (feed: Feed): Element => {
    const unit = unitOf(feed);
    if (unit) feeds.set(feed.name, unit);
    else feeds.delete(feed.name);
    return feedElement(feed);
  };
  const live = await bus.view<Element>({
    sources: [
      view(vehicleProgressed, ({ key, value }) => made(pageVehicle(key, value.progress), vehicleElement)),
      view(tripPredicted, ({ key, value }) => made(pagePrediction(key, value.prediction), predictionElement)),
      view(lotChanged, ({ key, value: { lot } }) =>
        made(pageLot(key, lot), (told) => lotElement(told, lot && unitOf(lot))),
      ),
      view(feedActivated, ({ value: { feed } }) => made(feed, learn)),
    ],
    keep: isCurrent,
  });
  const network = new NetworkCache(transitNetwork(ownTransit), (error) =>
    log.warn({ err: error }, 'the network cannot be read; the last one is served'),
  );
  const pages = new EventStreams({
    heartbeat: () => eventFrame('clock', JSON.stringify({ now: clock.now() })),
    heartbeatMs: HEARTBEAT_MS,
    maxClients: MAX_PAGES,
    maxBufferedBytes: MAX_BUFFERED_BYTES,
  });
  gauge('giaolo_gateway_pages', 'Pages that listen to the live picture', (result) => result.observe(pages.size));
  const ended = new AbortController();
  void announceFeeds(live, network, ended.signal, () => pages.broadcast(eventFrame('network', '{}')));

  return {
    routes: [
      { method: 'GET', path: '/v1/live', access: see, handle: liveEvents(live, feeds, pages, clock) },
      { method: 'GET', path: '/v1/network', access: see, handle: readNetwork(network) },
      { method: 'GET', path: '/v1/clock', access: 'anyone', handle: readClock(clock) },
      { method: 'GET', path: '/v1/lots', access: see, handle: listLots(live, feeds, clock) },
      { method: 'GET', path: '/v1/lots/:lot', access: see, handle: readLot(parking, clock) },
      {
        method: 'GET',
        path: '/v1/stops/:feed/:stop/arrivals',
        access: see,
        handle: listArrivals(transit, feeds, clock),
      },
      { method: 'POST', path: '/v1/lots/:lot/reservations', access: reserve, handle: reserveSpace(parking) },
      {
        method: 'DELETE',
        path: '/v1/lots/:lot/reservations/:reservation',
        access: reserve,
        handle: cancelReservation(parking),
      },
      ...consoleFiles(consoleDir),
    ],
    end: () => {
      ended.abort();
      pages.end();
    },
  };
}

const made = <From, To>(from: From | undefined, make: (from: From) => To): To | undefined =>
  from === undefined ? undefined : make(from);
