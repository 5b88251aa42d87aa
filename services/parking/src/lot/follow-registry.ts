import { accept, type Decision } from '@giaolo/chassis/decide';
import type { Lot, LotDetails, LotEvent } from './lot.ts';

/** A lot as its owner registered it. */
export type RegisteredLot = LotDetails & {
  /** Grows with every change in the registry. */
  readonly revision: number;
  readonly retired: boolean;
};

/**
 * A lot that is new opens by being registered, and closes at once where it was retired before anybody heard of it; one
 * that is there takes over what its owner changed, open or closed as it is. Observations of bays that went become dead letters, and nobody's reservation is touched.
 */
export function followRegistry(lot: Lot, { revision, retired, ...details }: RegisteredLot): Decision<LotEvent, never> {
  if (lot.status !== undefined && (lot.revision ?? 0) >= revision) return accept();
  // Also where it changes nothing for parking: an older change that comes again must be known as such.
  const events: LotEvent[] = [{ type: 'LotRegistered', ...details, revision }];
  if (retired && lot.status !== 'closed') events.push({ type: 'LotClosed' });
  return accept(...events);
}
