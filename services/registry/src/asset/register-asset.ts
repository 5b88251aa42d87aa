import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { Asset, AssetEvent, AssetState, Doing } from './asset.ts';
import { differences } from './differences.ts';

export type RegisterAsset = Doing & { readonly asset: Asset };

/** An asset becomes known. Where it is already, the file was judged before somebody else registered it. */
export function registerAsset(
  state: AssetState,
  { asset, by, requestId }: RegisterAsset,
  now: Instant,
): Decision<AssetEvent, 'OVERTAKEN'> {
  if (state.revision !== undefined) return differences(state, asset).length === 0 ? accept() : refuse('OVERTAKEN');
  return accept({ type: 'AssetEntered', asset, change: { kind: 'registered', fields: [], at: now, by, requestId } });
}
