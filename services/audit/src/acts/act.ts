import type { Instant } from '@giaolo/chassis/clock';
import type { Unit } from '@giaolo/chassis/principal';

export type Outcome = 'accepted' | 'denied';

/** What an auditor asks about. */
export interface Act {
  readonly unit: Unit;
  /** Of its link in the chain of the unit. */
  readonly index: number;
  readonly subject: string;
  /** Stable name, such as `lots/ben-du-thuyen`. */
  readonly object: string;
  /** `giaolo.parking.v1.ParkingService/OpenLot` */
  readonly method: string;
  readonly outcome: Outcome;
  readonly at: Instant;
}

/** What is wanted; what is not said is not asked for. */
export interface Filter {
  readonly subject?: string;
  /** All of a collection where it ends in a slash: `lots/`. */
  readonly object?: string;
  /** With or without what stands before the slash. */
  readonly method?: string;
  readonly outcome?: Outcome;
  readonly from?: Instant;
  /** Before then. */
  readonly to?: Instant;
}

export function matches({ subject, object, method, outcome, from, to }: Filter): (act: Act) => boolean {
  return (act) =>
    (!subject || act.subject === subject) &&
    (!object || (object.endsWith('/') ? act.object.startsWith(object) : act.object === object)) &&
    (!method || act.method === method || act.method.endsWith(`/${method}`)) &&
    (!outcome || act.outcome === outcome) &&
    (from === undefined || act.at >= from) &&
    (to === undefined || act.at < to);
}

/** Instants and indexes have at most so many digits. */
const DIGITS = 15;
const backwards = (n: number): string => String(10 ** DIGITS - 1 - n).padStart(DIGITS, '0');

/** Orders the newest act first; different for each, and never another. */
export const newestFirst = ({ at, unit, index }: Act): string =>
  `${backwards(at)} ${backwards(index)} ${unit.code}/${unit.validFrom}`;
