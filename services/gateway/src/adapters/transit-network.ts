import { detached } from '@giaolo/chassis/ambient';
import type { ClientOf } from '@giaolo/chassis/grpc/client';
import type { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import type { NetworkSource } from '../network/network-cache.ts';
import { feedHead, pageRoute, pageStop } from './wire.ts';

export type TransitClient = ClientOf<(typeof TransitServiceClient)['service']>;

const PAGE_MS = 5_000;
const LARGEST = { feeds: 100, routes: 100, stops: 5_000 };

/** Networks as transit's lists tell them, asked in the gateway's own name: what is read serves all pages. */
export function transitNetwork(transit: TransitClient): NetworkSource {
  const options = { deadlineMs: PAGE_MS };
  return {
    heads: () =>
      allPages(async (pageToken) => {
        const request = { pageSize: LARGEST.feeds, pageToken };
        const { feeds, nextPageToken } = await detached(() => transit.listFeeds(request, options));
        return [feeds.map(feedHead), nextPageToken];
      }),
    async read({ unit: _, ...head }) {
      const { feed } = head;
      const [routes, stops] = await Promise.all([
        allPages(async (pageToken) => {
          const request = { feed, pageSize: LARGEST.routes, pageToken };
          const page = await detached(() => transit.listRoutes(request, options));
          return [page.routes.map(pageRoute), page.nextPageToken];
        }),
        allPages(async (pageToken) => {
          const request = { feed, pageSize: LARGEST.stops, pageToken };
          const page = await detached(() => transit.listStops(request, options));
          return [page.stops.flatMap((stop) => pageStop(stop) ?? []), page.nextPageToken];
        }),
      ]);
      return { ...head, routes, stops };
    },
  };
}

async function allPages<T>(read: (token: string) => Promise<[items: T[], next: string]>): Promise<T[]> {
  const all: T[] = [];
  let token = '';
  do {
    const [items, next] = await read(token);
    all.push(...items);
    token = next;
  } while (token !== '');
  return all;
}
