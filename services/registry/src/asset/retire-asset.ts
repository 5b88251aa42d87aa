import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import { type AssetEvent, type AssetState, type Doing, isInService, said } from './asset.ts';
import { differences } from './differences.ts';

export type RetireAsset = Doing & {
  /** First day on which it is out of service, YYYY-MM-DD. */
  readonly on: string;
};

/** An asset leaves service; it stays known. */
export function retireAsset(
  state: AssetState,
  { on, by, requestId }: RetireAsset,
  now: Instant,
): Decision<AssetEvent, 'OVERTAKEN'> {
  if (state.revision === undefined) return refuse('OVERTAKEN');
  if (!isInService(state)) return accept();
  const asset = { ...said(state), retiredOn: on };
  const fields = differences(state, asset);
  return accept({ type: 'AssetEntered', asset, change: { kind: 'retired', fields, at: now, by, requestId } });
}
