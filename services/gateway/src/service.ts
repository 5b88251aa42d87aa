import { type Bus, view } from '@giaolo/chassis/bus';
import type { Clock } from '@giaolo/chassis/clock';
import { log } from '@giaolo/chassis/log';
import { gauge } from '@giaolo/chassis/metrics';
import { EventStreams, eventFrame } from '@giaolo/chassis/sse';
import { feedActivated, lotChanged, tripPredicted, vehicleProgressed } from '@giaolo/topics/topics';
import type { Router } from 'express';
import { announceFeeds } from './adapters/announce-feeds.ts';
import { consoleFiles } from './adapters/console-files.ts';
import { liveEvents, readClock, readNetwork } from './adapters/http-page.ts';
import { cancelReservation, listArrivals, listLots, type ParkingClient, reserveSpace } from './adapters/http-rest.ts';
import { loopbackHost } from './adapters/loopback-host.ts';
import { type TransitClient, transitNetwork } from './adapters/transit-network.ts';
import { pageLot, pagePrediction, pageVehicle } from './adapters/wire.ts';
import { type Element, feedElement, isCurrent, lotElement, predictionElement, vehicleElement } from './live/element.ts';
import { NetworkCache } from './network/network-cache.ts';

export interface Ports {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly transit: TransitClient;
  readonly parking: ParkingClient;
  readonly consoleDir: string;
}

export interface Gateway {
  readonly routes: (router: Router) => void;
  /** Ends all event streams: pages come back by themselves. */
  end(): void;
}

const HEARTBEAT_MS = 1_000;
// A part of a snapshot of a large city is about 2 MB.
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
const MAX_PAGES = 500;

/** Table of contents: what the gateway hears, and what it answers to whom. */
export async function startGateway({ bus, clock, transit, parking, consoleDir }: Ports): Promise<Gateway> {
  const live = await bus.view<Element>({
    sources: [
      view(vehicleProgressed, ({ key, value }) => made(pageVehicle(key, value.progress), vehicleElement)),
      view(tripPredicted, ({ key, value }) => made(pagePrediction(key, value.prediction), predictionElement)),
      view(lotChanged, ({ key, value }) => made(pageLot(key, value), lotElement)),
      view(feedActivated, ({ value }) => made(value.feed, feedElement)),
    ],
    keep: isCurrent,
  });
  const network = new NetworkCache(transitNetwork(transit), (error) =>
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
    routes: (router) => {
      router.use(loopbackHost);
      // Open to whoever is on this machine, for now.
      router.get('/v1/live', liveEvents(live, pages, clock));
      router.get('/v1/network', readNetwork(network));
      router.get('/v1/clock', readClock(clock));
      router.get('/v1/lots', listLots(live, clock));
      router.get('/v1/stops/:feed/:stop/arrivals', listArrivals(transit, clock));
      // In the name of whoever asks.
      router.post('/v1/lots/:lot/reservations', reserveSpace(parking));
      router.delete('/v1/lots/:lot/reservations/:reservation', cancelReservation(parking));
      router.use(consoleFiles(consoleDir));
    },
    end: () => {
      ended.abort();
      pages.end();
    },
  };
}

const made = <From, To>(from: From | undefined, make: (from: From) => To): To | undefined =>
  from === undefined ? undefined : make(from);
