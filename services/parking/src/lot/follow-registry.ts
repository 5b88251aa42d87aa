import { accept, type Decision } from '@giaolo/chassis/decide';
import type { Lot, LotDetails, LotEvent } from './lot.ts';
import { isAsDetailed } from './open-lot.ts';

/** A lot as its owner registered it. */
export type RegisteredLot = LotDetails & {
  /** Grows with every change in the registry. */
  readonly revision: number;
  readonly retired: boolean;
};

/**
 * A lot that is new opens by being registered; one that is there takes over what its owner changed, open or closed as it
 * is. Observations of bays that went become dead letters, and nobody's reservation is touched.
 */
export function followRegistry(lot: Lot, { revision, retired, ...details }: RegisteredLot): Decision<LotEvent, never> {
  if (lot.status === undefined) return retired ? accept() : accept({ type: 'LotRegistered', ...details, revision });
  if ((lot.revision ?? 0) >= revision) return accept();
  const { code, validFrom } = details.unit;
  const stays = lot.unit.code === code && lot.unit.validFrom === validFrom && isAsDetailed(lot, details);
  const events: LotEvent[] = stays ? [] : [{ type: 'LotRegistered', ...details, revision }];
  if (retired && lot.status === 'open') events.push({ type: 'LotClosed' });
  return accept(...events);
}
