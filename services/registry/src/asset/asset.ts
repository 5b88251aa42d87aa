import type { Instant } from '@giaolo/chassis/clock';
import type { Patch } from '@giaolo/chassis/decide';
import type { Position } from '../file/row.ts';
import type { UnitKey } from '../unit/unit.ts';
import type { Details } from './details.ts';

/** What its owner says of an asset. */
export type Asset = {
  readonly displayName: string;
  readonly position: Position;
  readonly unit: UnitKey;
  readonly owner: string;
  readonly operator: string;
  /** Stable name; empty = none. */
  readonly parent: string;
  /** YYYY-MM-DD or empty. */
  readonly inServiceSince: string;
  readonly retiredOn: string;
  readonly details: Details;
};

/** A column of our files with what stood and stands under it. */
export type FieldChange = { readonly field: string; readonly before: string; readonly after: string };

/** Who does something, and by which request. */
export type Doing = { readonly by: string; readonly requestId: string };

/** One entry of the history of an asset. */
export interface Change extends Doing {
  readonly kind: 'registered' | 'changed' | 'retired';
  readonly fields: readonly FieldChange[];
  readonly at: Instant;
}

export interface KnownAsset extends Asset {
  /** Number of the newest change, from 1. */
  readonly revision: number;
  readonly changedAt: Instant;
  readonly [change: `change:${number}`]: Change;
}

/** An asset that was never registered has no field at all. */
export type AssetState = { readonly revision?: undefined } | KnownAsset;

/** `asset` is the whole of it afterwards. */
export type AssetEvent = { readonly type: 'AssetEntered'; readonly asset: Asset; readonly change: Change };

/** How many changes are kept with the asset; all of them are on the bus. */
export const KEPT_CHANGES = 50;

export function evolve(state: AssetState, { asset, change }: AssetEvent): Patch<KnownAsset> {
  const revision = (state.revision ?? 0) + 1;
  const forgotten: { [change: `change:${number}`]: Change | undefined } = {};
  if (revision > KEPT_CHANGES) forgotten[`change:${revision - KEPT_CHANGES}`] = undefined;
  return { ...asset, ...forgotten, [`change:${revision}` as const]: change, revision, changedAt: change.at };
}

/** The newest first, each with the revision that it made. */
export function changesOf(asset: KnownAsset): { readonly revision: number; readonly change: Change }[] {
  const changes = [];
  for (let revision = asset.revision; revision > asset.revision - KEPT_CHANGES; revision--) {
    const change = asset[`change:${revision}`];
    if (change) changes.push({ revision, change });
  }
  return changes;
}

/** Without its history. */
export const said = (known: KnownAsset): Asset => {
  const { displayName, position, unit, owner, operator, parent, inServiceSince, retiredOn, details } = known;
  return { displayName, position, unit, owner, operator, parent, inServiceSince, retiredOn, details };
};

export const isInService = ({ retiredOn }: Asset): boolean => retiredOn === '';
