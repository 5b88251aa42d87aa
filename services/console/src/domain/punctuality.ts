import type { PageVehicle } from '@giaolo/gateway/page-contract';

/** How a vehicle stands to its schedule, as the page tells it apart by colour and shape. */
export type Punctuality = 'early' | 'on-time' | 'late' | 'very-late' | 'unplaced';

export const PUNCTUALITIES: readonly Punctuality[] = ['very-late', 'late', 'on-time', 'early', 'unplaced'];

const EARLY_BELOW_S = -60;
const LATE_FROM_S = 180;
const VERY_LATE_FROM_S = 600;

export function punctualityOf(vehicle: Pick<PageVehicle, 'placement'>): Punctuality {
  if (!vehicle.placement) return 'unplaced';
  const { latenessSeconds } = vehicle.placement;
  if (latenessSeconds <= EARLY_BELOW_S) return 'early';
  if (latenessSeconds < LATE_FROM_S) return 'on-time';
  return latenessSeconds < VERY_LATE_FROM_S ? 'late' : 'very-late';
}

/** Whole minutes, towards zero: nobody is told of a minute that has not passed. */
export const wholeMinutes = (seconds: number): number => Math.trunc(seconds / 60) + 0;

/** For a marker: `+3`, `−2` (with a real minus sign), or nothing. */
export function signedMinutes(seconds: number): string {
  const minutes = wholeMinutes(seconds);
  if (minutes === 0) return '';
  const size = Math.min(Math.abs(minutes), 99);
  return minutes > 0 ? `+${size}` : `−${size}`;
}
