import type { PageLot } from '@giaolo/gateway/page-contract';

/** Share of the lot that cannot be taken (parked or reserved), 0 to 1; undefined when nothing was ever observed. */
export function lotFilled(lot: PageLot): number | undefined {
  if (lot.observedAt === undefined || lot.capacity <= 0) return undefined;
  return Math.min(1, Math.max(0, 1 - lot.free / lot.capacity));
}
