import type { Instant } from '@giaolo/chassis/clock';
import type { Decision } from '@giaolo/chassis/decide';
import { type CountOccupancy, countOccupancy } from './count-occupancy.ts';
import type { Lot, LotEvent } from './lot.ts';
import type { ObservationRefusal } from './observation.ts';
import { type ObserveBay, observeBay } from './observe-bay.ts';

export type Observation = CountOccupancy | ObserveBay;

/** Whatever a field device saw. */
export const observe = (lot: Lot, observation: Observation, now: Instant): Decision<LotEvent, ObservationRefusal> =>
  'bayId' in observation ? observeBay(lot, observation, now) : countOccupancy(lot, observation, now);
