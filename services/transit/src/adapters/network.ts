import type { Call } from '@giaolo/chassis/grpc/call';
import { byKey, pageOf } from '@giaolo/chassis/page';
import type {
  ListFeedsRequest,
  ListFeedsResponse,
  ListRoutesRequest,
  ListRoutesResponse,
  ListStopsRequest,
  ListStopsResponse,
  Route,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { routePaths } from '../feed/map-paths.ts';
import type { Schedule, Schedules } from './schedules.ts';
import { refused } from './wire.ts';

const FEEDS = { standard: 100, largest: 500 };
const ROUTES = { standard: 20, largest: 100 };
const STOPS = { standard: 1_000, largest: 5_000 };

/** Shown on the map: a stop without a platform of its own is no place where a vehicle halts. */
const HALT = 0;

const ordered = new WeakMap<object, readonly unknown[]>();

/** A list in the order of its pages, made once per version of the feed. */
function inOrder<T>(list: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const known = ordered.get(list) as readonly T[] | undefined;
  if (known) return known;
  const sorted = [...list].sort(byKey(keyOf));
  ordered.set(list, sorted);
  return sorted;
}

/** Throws FEED_UNKNOWN, ROLE_MISSING, UNIT_FOREIGN. */
export function scheduleOf(schedules: Schedules, feed: string, { rights }: Pick<Call, 'rights'>): Schedule {
  const schedule = schedules.get(feed);
  if (!schedule?.feed.unit) throw refused('FEED_UNKNOWN', { feed });
  rights.require(schedule.feed.unit);
  return schedule;
}

export const listFeeds =
  (schedules: Schedules) =>
  async (request: ListFeedsRequest, { rights: { sees } }: Call): Promise<ListFeedsResponse> => {
    const name = ({ name }: { name: string }) => name;
    const feeds = schedules.all().flatMap(({ feed }) => (sees(feed.unit) ? [feed] : []));
    const { items, nextPageToken } = pageOf(feeds.sort(byKey(name)), name, request, FEEDS);
    return { feeds: [...items], nextPageToken };
  };

export const listRoutes =
  (schedules: Schedules) =>
  async (request: ListRoutesRequest, call: Call): Promise<ListRoutesResponse> => {
    const { timetable } = scheduleOf(schedules, request.feed, call);
    const routeId = ({ routeId }: { routeId: string }) => routeId;
    const { items, nextPageToken } = pageOf(inOrder(timetable.data.routes, routeId), routeId, request, ROUTES);
    const routes = items.map(({ routeId, shortName, longName, color }): Route => {
      const lines = routePaths(timetable, timetable.route(routeId) ?? -1);
      const paths = lines.map((line) => ({ coordinates: line.flatMap(([lon, lat]) => [lat, lon]) }));
      return { routeId, shortName, longName, color, paths };
    });
    return { routes, nextPageToken };
  };

export const listStops =
  (schedules: Schedules) =>
  async (request: ListStopsRequest, call: Call): Promise<ListStopsResponse> => {
    const { timetable } = scheduleOf(schedules, request.feed, call);
    const stopId = ({ stopId }: { stopId: string }) => stopId;
    const { items, nextPageToken } = pageOf(inOrder(timetable.data.stops, stopId), stopId, request, STOPS);
    const stops = items
      .filter(({ locationType }) => locationType === HALT)
      .map(({ stopId, name, lat, lon }) => ({
        stopId,
        displayName: name,
        position: { latitude: lat, longitude: lon },
      }));
    return { stops, nextPageToken };
  };
