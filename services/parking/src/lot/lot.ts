import type { Instant } from '@giaolo/chassis/clock';
import type { Patch } from '@giaolo/chassis/decide';

export interface Bay {
  readonly occupied: boolean;
  /** Absent: never observed, and therefore counted as occupied. */
  readonly observedAt?: Instant;
}

export interface Hold {
  /** Subject of the principal who may give the space back. */
  readonly holder: string;
  /** The space is anybody's from this instant on. */
  readonly until: Instant;
}

export type LotDetails = {
  readonly displayName: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly capacity: number;
  /** Bays of a lot that is sensed bay by bay; empty: its vehicles are counted. */
  readonly bayIds: readonly string[];
  /** The administrative unit that it belongs to. */
  readonly unit: { readonly code: string; readonly validFrom: string };
};

export interface KnownLot extends Omit<LotDetails, 'bayIds'> {
  readonly status: 'open' | 'closed';
  readonly measuredBy: 'count' | 'bays';
  /** By the newest observations; may exceed `capacity`, for observations are truth. */
  readonly occupied: number;
  /** Of the newest observation at the lot. */
  readonly observedAt?: Instant;
  /** How many `hold:` fields there are. */
  readonly held: number;
  /** In the registry, of the last change that was taken over; absent where it was not registered. */
  readonly revision?: number;
  /** The earliest `until` among them: nothing is due before it. */
  readonly nextExpiryAt?: Instant;
  readonly [bay: `bay:${string}`]: Bay;
  readonly [hold: `hold:${string}`]: Hold;
}

/** A lot that was never opened has no field at all. */
export type Lot = { readonly status?: undefined } | KnownLot;

/** `nextExpiryAt` of the events that end a hold: the earliest end among the holds that stand after it. */
export type LotEvent =
  | ({ readonly type: 'LotOpened' } & LotDetails)
  | ({ readonly type: 'LotRegistered'; readonly revision: number } & LotDetails)
  | { readonly type: 'LotClosed' }
  | ({ readonly type: 'SpaceReserved'; readonly reservationId: string } & Hold)
  | {
      readonly type: 'ReservationCancelled';
      readonly reservationId: string;
      readonly nextExpiryAt: Instant | undefined;
    }
  | { readonly type: 'ReservationExpired'; readonly reservationId: string; readonly nextExpiryAt: Instant | undefined }
  | { readonly type: 'OccupancyCounted'; readonly occupied: number; readonly observedAt: Instant }
  | {
      readonly type: 'BayObserved';
      readonly bayId: string;
      readonly occupied: boolean;
      readonly observedAt: Instant;
    };

/** Total, and cheap for the frequent events: only `LotOpened` and `LotRegistered` walk over the bays. */
export function evolve(lot: Lot, event: LotEvent): Patch<Lot> {
  if (event.type === 'LotOpened') return opened(lot, event);
  if (event.type === 'LotRegistered') return registered(lot, event);
  // Nothing is decided about a lot before it is opened.
  if (lot.status === undefined) return {};
  switch (event.type) {
    case 'LotClosed':
      return { status: 'closed' };
    case 'SpaceReserved':
      return {
        ...holdField(event.reservationId, { holder: event.holder, until: event.until }),
        held: lot.held + 1,
        nextExpiryAt: Math.min(event.until, lot.nextExpiryAt ?? event.until),
      };
    case 'ReservationCancelled':
    case 'ReservationExpired':
      return {
        ...holdField(event.reservationId, undefined),
        held: lot.held - 1,
        nextExpiryAt: event.nextExpiryAt,
      };
    case 'OccupancyCounted':
      return { occupied: event.occupied, observedAt: event.observedAt };
    case 'BayObserved':
      return {
        ...bayField(event.bayId, { occupied: event.occupied, observedAt: event.observedAt }),
        occupied: lot.occupied + Number(event.occupied) - Number(lot[`bay:${event.bayId}`]?.occupied),
        observedAt: Math.max(event.observedAt, lot.observedAt ?? event.observedAt),
      };
    default:
      return event satisfies never;
  }
}

export const unitOf = (lot: Lot): KnownLot['unit'] | undefined => (lot.status === undefined ? undefined : lot.unit);

/** When the lot next needs a decision by itself: a hold ends. */
export const nextDeadline = (lot: Lot): Instant | undefined =>
  lot.status === undefined ? undefined : lot.nextExpiryAt;

/** Bays that stay keep what was seen of them; what a lot was measured by before tells nothing about it now. */
function opened(lot: Lot, details: LotDetails): Patch<KnownLot> {
  const { displayName, latitude, longitude, capacity, bayIds } = details;
  const known = lot.status === undefined ? undefined : lot;
  const measuredBy = bayIds.length > 0 ? 'bays' : 'count';
  const kept = known?.measuredBy === measuredBy ? known : undefined;
  const bays: { [bay: `bay:${string}`]: Bay | undefined } = {};
  for (const field in known) if (isBayField(field)) bays[field] = undefined;
  for (const bayId of bayIds) bays[`bay:${bayId}`] = kept?.[`bay:${bayId}`] ?? { occupied: true };
  const seen = Object.values(bays).flatMap((bay) => bay?.observedAt ?? []);
  return {
    ...bays,
    status: 'open',
    displayName,
    latitude,
    longitude,
    capacity,
    unit: known?.unit ?? details.unit,
    measuredBy,
    occupied: measuredBy === 'bays' ? Object.values(bays).filter((bay) => bay?.occupied).length : (kept?.occupied ?? 0),
    observedAt: measuredBy === 'bays' ? newest(seen) : kept?.observedAt,
    held: known?.held ?? 0,
    nextExpiryAt: known?.nextExpiryAt,
  };
}

/** Its owner says what it is and whose; whether it is open stays with its operator. */
const registered = (lot: Lot, event: LotEvent & { type: 'LotRegistered' }): Patch<KnownLot> => ({
  ...opened(lot, event),
  status: lot.status ?? 'open',
  unit: event.unit,
  revision: event.revision,
});

// The compiler widens a computed key to `string`; these two keep its shape.
const holdField = (reservationId: string, hold: Hold | undefined): { [hold: `hold:${string}`]: Hold | undefined } => ({
  [`hold:${reservationId}`]: hold,
});
const bayField = (bayId: string, bay: Bay): { [bay: `bay:${string}`]: Bay } => ({ [`bay:${bayId}`]: bay });

const isBayField = (field: string): field is `bay:${string}` => field.startsWith('bay:');

const newest = (instants: Instant[]): Instant | undefined =>
  instants.length === 0 ? undefined : instants.reduce((a, b) => Math.max(a, b));
