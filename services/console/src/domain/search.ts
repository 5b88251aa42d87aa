import type { PageLot, PageNetwork, PageVehicle } from '@giaolo/gateway/page-contract';
import type { Selection } from './selection.ts';

export interface Found {
  readonly selection: Selection;
  readonly title: string;
  readonly detail: string;
}

export interface Searched {
  readonly network: PageNetwork | undefined;
  readonly vehicles: Iterable<PageVehicle>;
  readonly lots: Iterable<PageLot>;
  /** Short name of a route, to find vehicles by. */
  routeName(feed: string, routeId: string): string;
}

const MOST = 12;

/** Lower case without diacritics, so that `cho` finds `Chợ` and `duong` finds `Đường`. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'd').toLowerCase();
}

/** Vehicles, lots and stops of which every word of `query` begins a word, or is part of the id; best first. */
export function search(query: string, { network, vehicles, lots, routeName }: Searched): Found[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const ranked: { rank: number; found: Found }[] = [];
  const consider = (texts: string[], found: Found) => {
    const rank = rankOf(words, texts.map(fold));
    if (rank !== undefined) ranked.push({ rank, found });
  };
  for (const { key, feed, vehicleId, trip } of vehicles) {
    const route = trip ? routeName(feed, trip.routeId) : '';
    consider([vehicleId, route, trip?.tripId ?? ''], {
      selection: { kind: 'vehicle', key },
      title: vehicleId,
      detail: route,
    });
  }
  for (const { key, name } of lots) consider([name, key], { selection: { kind: 'lot', key }, title: name, detail: '' });
  for (const { feed, stops } of network?.feeds ?? [])
    for (const { stopId, name } of stops)
      consider([name, stopId], { selection: { kind: 'stop', feed, stopId }, title: name, detail: stopId });
  return ranked
    .sort((a, b) => a.rank - b.rank || a.found.title.localeCompare(b.found.title, undefined, { numeric: true }))
    .slice(0, MOST)
    .map(({ found }) => found);
}

/** 0 = a text is the query, 1 = begins with it, 2 = all words are there; undefined = not found. */
function rankOf(words: string[], texts: string[]): number | undefined {
  const query = words.join(' ');
  if (texts.includes(query)) return 0;
  if (texts.some((text) => text.startsWith(query))) return 1;
  const all = texts.join(' ');
  return words.every((word) => beginsAWord(all, word)) ? 2 : undefined;
}

function beginsAWord(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1))
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return true;
  return false;
}
