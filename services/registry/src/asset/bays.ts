import { type Asset, isInService } from './asset.ts';

/** Ids of the bays among these that are in service, in order. */
export const bayIdsOf = (assets: readonly { readonly asset: Asset }[]): string[] =>
  assets.flatMap(({ asset }) => (asset.details.kind === 'bay' && isInService(asset) ? asset.details.bayId : [])).sort();

/** A lot that is sensed bay by bay with these as its bays; anything else as it is. */
export function withBays(asset: Asset, bayIds: () => readonly string[]): Asset {
  const { details } = asset;
  if (details.kind !== 'lot' || details.measuredBy !== 'bays') return asset;
  const ids = bayIds();
  return { ...asset, details: { ...details, bayIds: ids, capacity: ids.length } };
}
