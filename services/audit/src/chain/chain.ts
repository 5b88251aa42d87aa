import type { Instant } from '@giaolo/chassis/clock';
import type { Patch } from '@giaolo/chassis/decide';
import type { Unit } from '@giaolo/chassis/principal';
import { BEGINNING, fingerprint, type Head, type Link } from './link.ts';

/** Where the record of an act stood in the topic of the acts. */
export type Source = {
  readonly partition: number;
  readonly offset: number;
  /** When the act happened. */
  readonly at: Instant;
};

export interface BegunChain {
  readonly unit: Unit;
  /** Index of the newest link. */
  readonly length: number;
  /** Its hash, base64. */
  readonly head: string;
  /** Of the newest record that was taken from each partition. */
  readonly offsets: Readonly<Record<string, number>>;
  /** When the newest act happened. */
  readonly newestActAt: Instant;
  /** Index of the newest anchor. */
  readonly anchored?: number;
  /** The next anchor is due, since the chain has moved on. */
  readonly anchorDueAt?: Instant;
  /** Fingerprints of the newest acts, page by page. */
  readonly [page: `recent:${number}`]: readonly string[];
}

/** A chain without links has no field at all. */
export type Chain = { readonly unit?: undefined } | BegunChain;

export type ChainEvent =
  | {
      readonly type: 'LinkAdded';
      readonly unit: Unit;
      readonly link: Link;
      readonly source: Source;
      readonly at: Instant;
    }
  | { readonly type: 'HeadAnchored'; readonly unit: Unit; readonly head: Head };

export const ANCHOR_EVERY_LINKS = 1_000;
export const ANCHOR_WITHIN_MS = 60_000;

const PAGE = 64;
const PAGES = 64;
/** Repeats are known as such among at least so many of the newest acts. */
export const RECENT = PAGE * (PAGES - 1);

export function evolve(chain: Chain, event: ChainEvent): Patch<Chain> {
  if (event.type === 'HeadAnchored') return { anchored: event.head.index, anchorDueAt: undefined };
  const { unit, link, source, at } = event;
  const known = chain.unit === undefined ? undefined : chain;
  return {
    unit,
    length: link.index,
    head: Buffer.from(link.hash).toString('base64'),
    offsets: { ...known?.offsets, [source.partition]: source.offset },
    newestActAt: Math.max(source.at, known?.newestActAt ?? source.at),
    anchorDueAt: known?.anchorDueAt ?? at + ANCHOR_WITHIN_MS,
    ...remembered(known, link),
  };
}

/** A page is begun anew when it is its turn again; so a link costs one page, and what it forgets costs nothing. */
function remembered(chain: BegunChain | undefined, { index, act }: Link): { [page: `recent:${number}`]: string[] } {
  const slot = (index - 1) % (PAGE * PAGES);
  const page = `recent:${Math.floor(slot / PAGE)}` as const;
  const before = slot % PAGE === 0 ? [] : (chain?.[page] ?? []);
  return { [page]: [...before, fingerprint(act)] } as { [page: `recent:${number}`]: string[] };
}

export const headOf = (chain: Chain): Head =>
  chain.unit === undefined ? BEGINNING : { index: chain.length, hash: Buffer.from(chain.head, 'base64') };

export function recentActs(chain: Chain): Set<string> {
  const recent = new Set<string>();
  if (chain.unit === undefined) return recent;
  for (let page = 0; page < PAGES; page++) for (const act of chain[`recent:${page}`] ?? []) recent.add(act);
  return recent;
}

export const unitOf = (chain: Chain): Unit | undefined => chain.unit;

/** When the chain next needs a decision by itself: it is to be anchored. */
export const nextDeadline = (chain: Chain): Instant | undefined =>
  chain.unit === undefined ? undefined : chain.anchorDueAt;
