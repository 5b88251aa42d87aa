import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { Asset, AssetEvent, AssetState, Doing } from './asset.ts';
import { differences } from './differences.ts';

export type ChangeAsset = Doing & {
  /** Which version of it was compared with what it is to become. */
  readonly revision: number;
  readonly asset: Asset;
};

/** An asset becomes what is now said of it, unless it is not what it was when that was judged. */
export function changeAsset(
  state: AssetState,
  { revision, asset, by, requestId }: ChangeAsset,
  now: Instant,
): Decision<AssetEvent, 'OVERTAKEN'> {
  if (state.revision === undefined) return refuse('OVERTAKEN');
  const fields = differences(state, asset);
  if (fields.length === 0) return accept();
  if (state.revision !== revision) return refuse('OVERTAKEN');
  return accept({ type: 'AssetEntered', asset, change: { kind: 'changed', fields, at: now, by, requestId } });
}
