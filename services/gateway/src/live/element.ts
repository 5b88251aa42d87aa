import type { Instant } from '@giaolo/chassis/clock';
import { formatUnit, type Unit } from '@giaolo/chassis/principal';

/** Whose a thing is: a unit's, or that of the feed which tells of it. */
export interface Owner {
  /** The same for all that belongs to the same. */
  readonly key: string;
  readonly feed: string | undefined;
  readonly unit: Unit | undefined;
}

const ofFeed = (feed: string): Owner => ({ key: feed, feed, unit: undefined });
const ofUnit = (unit: Unit | undefined): Owner => ({
  key: `in ${unit ? formatUnit(unit) : 'none'}`,
  feed: undefined,
  unit,
});

/** One thing of the live picture, written as JSON once for all pages that will read it. */
export interface Element {
  readonly kind: (typeof LISTS)[number] | 'feed';
  readonly json: string;
  readonly owner: Owner;
  /** Absent on what does not age out of the picture. */
  readonly observedAt?: Instant;
  /** It has nothing to tell to a page that comes later. */
  readonly ended?: boolean;
  /** That a schedule came into force: pages read the network anew when it can be read. */
  readonly activated?: FeedVersion;
}

export interface FeedVersion {
  /** `feeds/{feed}` */
  readonly name: string;
  readonly digest: string;
}

const LISTS = ['vehicles', 'predictions', 'lots'] as const;
const SEEN_WITHIN_MS = 3_600_000;

interface OfFeed {
  readonly feed: string;
  readonly observedAt: Instant;
}

export const vehicleElement = (vehicle: OfFeed): Element => ({
  kind: 'vehicles',
  json: JSON.stringify(vehicle),
  owner: ofFeed(vehicle.feed),
  observedAt: vehicle.observedAt,
});

export const predictionElement = (prediction: OfFeed & { readonly stops: readonly unknown[] }): Element => ({
  kind: 'predictions',
  json: JSON.stringify(prediction),
  owner: ofFeed(prediction.feed),
  observedAt: prediction.observedAt,
  ended: prediction.stops.length === 0,
});

export const lotElement = (lot: object, unit: Unit | undefined): Element => ({
  kind: 'lots',
  json: JSON.stringify(lot),
  owner: ofUnit(unit),
});

export const feedElement = ({ name, digest }: FeedVersion): Element => ({
  kind: 'feed',
  json: '',
  owner: ofFeed(name),
  activated: { name, digest },
});

/** A vehicle that nobody saw for an hour is not there; nor is one of another platform clock (a replay of a past day). */
export function isCurrent({ observedAt, ended }: Element, now: Instant): boolean {
  if (ended) return false;
  return observedAt === undefined || Math.abs(now - observedAt) < SEEN_WITHIN_MS;
}

/** The body of `changes`, or of `snapshot` with all its lists; undefined where it would say nothing. */
export function pageData(elements: readonly Element[], now: Instant, whole: boolean): string | undefined {
  const lists = LISTS.map((list) => {
    const items = elements.filter(({ kind }) => kind === list).map(({ json }) => json);
    return items.length > 0 || whole ? `,"${list}":[${items.join()}]` : '';
  });
  const body = lists.join('');
  return body === '' ? undefined : `{"now":${now}${body}}`;
}
