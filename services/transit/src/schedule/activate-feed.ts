import { accept, type Decision, type Patch } from '@giaolo/chassis/decide';

/** What is told of a schedule without opening it; `digest` names the version. */
export type FeedSummary = {
  readonly digest: string;
  readonly agencyName: string;
  readonly timeZone: string;
  readonly routeCount: number;
  readonly stopCount: number;
  readonly tripCount: number;
  readonly stopTimeCount: number;
  readonly firstServiceDate: string;
  readonly lastServiceDate: string;
};

/** A feed: the version of its schedule that is in force, and the administrative unit that it belongs to; empty before the first import. */
export type FeedState = { readonly inForce?: FeedSummary; readonly unit?: FeedUnit };

export type FeedUnit = { readonly code: string; readonly validFrom: string };

export type ActivateFeed = {
  readonly summary: FeedSummary;
  /** For a feed that is new. */
  readonly unit: FeedUnit;
};

export type FeedActivated = {
  readonly type: 'FeedActivated';
  readonly summary: FeedSummary;
  readonly unit: FeedUnit;
  /** Digest of the version that was in force before. */
  readonly replaces?: string | undefined;
};

export const evolve = (_state: FeedState, { summary, unit }: FeedActivated): Patch<FeedState> => ({
  inForce: summary,
  unit,
});

/** Puts a version that was read without errors in force; the one that is in force already changes nothing. */
export function activateFeed(feed: FeedState, { summary, unit }: ActivateFeed): Decision<FeedActivated, never> {
  if (feed.inForce?.digest === summary.digest) return accept();
  return accept({ type: 'FeedActivated', summary, unit: feed.unit ?? unit, replaces: feed.inForce?.digest });
}
