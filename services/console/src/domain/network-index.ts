import type { PageFeed, PageNetwork, PageRoute, PageStop } from '@giaolo/gateway/page-contract';

/** The network by name. Made anew when the network changes. */
export class NetworkIndex {
  readonly network: PageNetwork;
  readonly #feeds = new Map<string, PageFeed>();
  readonly #routes = new Map<string, PageRoute>();
  readonly #stops = new Map<string, PageStop>();

  constructor(network: PageNetwork) {
    this.network = network;
    for (const feed of network.feeds) {
      this.#feeds.set(feed.feed, feed);
      for (const route of feed.routes) this.#routes.set(`${feed.feed} ${route.routeId}`, route);
      for (const stop of feed.stops) this.#stops.set(`${feed.feed} ${stop.stopId}`, stop);
    }
  }

  feed(name: string): PageFeed | undefined {
    return this.#feeds.get(name);
  }

  route(feed: string, routeId: string): PageRoute | undefined {
    return this.#routes.get(`${feed} ${routeId}`);
  }

  stop(feed: string, stopId: string): PageStop | undefined {
    return this.#stops.get(`${feed} ${stopId}`);
  }

  /** What passengers call the route; its id when the network does not know it (yet). */
  routeName(feed: string, routeId: string): string {
    const route = this.route(feed, routeId);
    return route?.shortName || route?.longName || routeId;
  }

  stopName(feed: string, stopId: string): string {
    return this.stop(feed, stopId)?.name || stopId;
  }

  timeZone(feed: string): string | undefined {
    return this.#feeds.get(feed)?.timeZone;
  }
}

export interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Around everything that the given feeds draw; all feeds when none of them is known. */
export function boundsOf(network: PageNetwork, feeds: ReadonlySet<string>): Bounds | undefined {
  const chosen = network.feeds.filter(({ feed }) => feeds.has(feed));
  const points = (chosen.length > 0 ? chosen : network.feeds).flatMap(({ routes, stops }) => [
    ...routes.flatMap(({ paths }) => paths.flat()),
    ...stops.map(({ lon, lat }): [number, number] => [lon, lat]),
  ]);
  return boundsOfPoints(points);
}

export function boundsOfPoints(points: readonly (readonly [lon: number, lat: number])[]): Bounds | undefined {
  if (points.length === 0) return undefined;
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [lon, lat] of points) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  return { west, south, east, north };
}
