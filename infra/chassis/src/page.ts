import { demand } from './demand.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

/**
 * One page of a list that is ordered by `keyOf`, a text that is different for each item and never changes; the token is
 * the key of the last item, so that a list which changes meanwhile skips and repeats nothing.
 */
export function pageOf<T>(
  ordered: readonly T[],
  keyOf: (item: T) => string,
  { pageSize, pageToken }: PageRequest,
  size: { readonly standard: number; readonly largest: number },
): Page<T> {
  const after = Buffer.from(pageToken, 'base64url').toString();
  demand({
    page_size: [pageSize >= 0, 'must not be negative'],
    page_token: [Buffer.from(after).toString('base64url') === pageToken, 'must be the next_page_token of a list'],
  });
  const start = pageToken === '' ? 0 : firstAfter(ordered, keyOf, after);
  const end = start + Math.min(pageSize || size.standard, size.largest);
  const items = ordered.slice(start, end);
  const last = items.at(-1);
  const more = end < ordered.length && last !== undefined;
  return { items, nextPageToken: more ? Buffer.from(keyOf(last)).toString('base64url') : '' };
}

export const byKey =
  <T>(keyOf: (item: T) => string) =>
  (a: T, b: T): number =>
    keyOf(a) < keyOf(b) ? -1 : 1;

function firstAfter<T>(ordered: readonly T[], keyOf: (item: T) => string, key: string): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(ordered[middle] as T) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
