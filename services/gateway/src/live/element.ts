import type { Instant } from '@giaolo/chassis/clock';
import type { PageLot, PagePrediction, PageVehicle } from '../page-contract.ts';

/** One thing of the live picture, written as JSON once for all pages that will read it. */
export interface Element {
  readonly kind: 'vehicles' | 'predictions' | 'lots' | 'feed';
  readonly json: string;
  /** Absent on what does not age out of the picture. */
  readonly observedAt?: Instant;
  /** It has nothing to tell to a page that comes later. */
  readonly ended?: boolean;
  readonly lot?: PageLot;
}

const SEEN_WITHIN_MS = 3_600_000;

/** A vehicle that nobody saw for an hour is not there; nor is one of another platform clock (a replay of a past day). */
export function isCurrent({ observedAt, ended }: Element, now: Instant): boolean {
  if (ended) return false;
  return observedAt === undefined || Math.abs(now - observedAt) < SEEN_WITHIN_MS;
}

export const vehicleElement = (vehicle: PageVehicle): Element => ({
  kind: 'vehicles',
  json: JSON.stringify(vehicle),
  observedAt: vehicle.observedAt,
});

export const predictionElement = (prediction: PagePrediction): Element => ({
  kind: 'predictions',
  json: JSON.stringify(prediction),
  observedAt: prediction.observedAt,
  ended: prediction.stops.length === 0,
});

export const lotElement = (lot: PageLot): Element => ({ kind: 'lots', json: JSON.stringify(lot), lot });

/** That a schedule came into force; pages read the network anew when it can be read. */
export const feedElement: Element = { kind: 'feed', json: '' };

const LISTS = ['vehicles', 'predictions', 'lots'] as const;

/** The body of `changes`, or of `snapshot` with all its lists; undefined where it would say nothing. */
export function pageData(elements: readonly Element[], now: Instant, whole: boolean): string | undefined {
  const lists = LISTS.map((list) => {
    const items = elements.filter(({ kind }) => kind === list).map(({ json }) => json);
    return items.length > 0 || whole ? `,"${list}":[${items.join()}]` : '';
  });
  const body = lists.join('');
  return body === '' ? undefined : `{"now":${now}${body}}`;
}
