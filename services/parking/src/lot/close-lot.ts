import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { Lot, LotEvent } from './lot.ts';

/** Nothing more is reserved; holds that stand run out by themselves, and observations go on. */
export function closeLot(lot: Lot): Decision<LotEvent, 'LOT_UNKNOWN'> {
  if (lot.status === undefined) return refuse('LOT_UNKNOWN');
  return lot.status === 'closed' ? accept() : accept({ type: 'LotClosed' });
}
