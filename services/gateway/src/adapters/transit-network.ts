import type { ClientOf } from '@giaolo/chassis/grpc/client';
import type { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import type { NetworkSource } from '../network/network-cache.ts';
import { feedHead, pageRoute, pageStop } from './wire.ts';

export type TransitClient = ClientOf<(typeof TransitServiceClient)['service']>;

const PAGE_MS = 5_000;
const LARGEST = { feeds: 100, routes: 100, stops: 5_000 };

/** Networks as transit's lists tell them. */
export function transitNetwork(transit: TransitClient): NetworkSource {
  const options = { deadlineMs: PAGE_MS };
  return {
    heads: () =>
      allPages(async (pageToken) => {
        const { feeds, nextPageToken } = await transit.listFeeds({ pageSize: LARGEST.feeds, pageToken }, options);
        return [feeds.map(feedHead), nextPageToken];
      }),
    async read(head) {
      const { feed } = head;
      const [routes, stops] = await Promise.all([
        allPages(async (pageToken) => {
          const page = await transit.listRoutes({ feed, pageSize: LARGEST.routes, pageToken }, options);
          return [page.routes.map(pageRoute), page.nextPageToken];
        }),
        allPages(async (pageToken) => {
          const page = await transit.listStops({ feed, pageSize: LARGEST.stops, pageToken }, options);
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
