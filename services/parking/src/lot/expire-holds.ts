import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision } from '@giaolo/chassis/decide';
import { endDueHolds } from './holds.ts';
import type { Lot, LotEvent } from './lot.ts';

/** The deadline of a lot has come: what is due ends. Those left over make the next deadline, which has come too. */
export function expireHolds(lot: Lot, _command: unknown, now: Instant): Decision<LotEvent, never> {
  return lot.status === undefined ? accept() : accept<LotEvent>(...endDueHolds(lot, now));
}
