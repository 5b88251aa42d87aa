import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { KnownLot, Lot, LotDetails, LotEvent } from './lot.ts';

/** `capacity` is the number of `bayIds` where there are any. */
export type OpenLot = LotDetails;

/**
 * A lot enters service, or an open one changes its name, place or size. How it is measured changes only
 * while it is closed: sensors that still report the old way would be taken for a fault. It stays with the unit
 * that opened it first.
 */
export function openLot(lot: Lot, command: OpenLot): Decision<LotEvent, 'LOT_DIFFERS'> {
  if (lot.status === 'open') {
    if (!isMeasuredBy(lot, command.bayIds)) return refuse('LOT_DIFFERS');
    if (isAsDetailed(lot, command)) return accept();
  }
  return accept({ type: 'LotOpened', ...command });
}

/** Whether these details change nothing of a lot, its unit apart. */
const isAsDetailed = (lot: KnownLot, details: LotDetails): boolean =>
  lot.displayName === details.displayName &&
  lot.latitude === details.latitude &&
  lot.longitude === details.longitude &&
  lot.capacity === details.capacity &&
  isMeasuredBy(lot, details.bayIds);

const isMeasuredBy = (lot: KnownLot, bayIds: readonly string[]): boolean =>
  lot.measuredBy === 'count'
    ? bayIds.length === 0
    : bayIds.length === lot.capacity && bayIds.every((bayId) => lot[`bay:${bayId}`]);
