import type { LotEvent } from '../src/lot/lot.ts';

/** Minutes as milliseconds, for instants and spans of tests. */
export const min = (minutes: number): number => minutes * 60_000;

const place = {
  displayName: 'Bãi xe Bến Du Thuyền',
  latitude: 10.34,
  longitude: 107.08,
  unit: { code: '77', validFrom: '2025-07-01' },
};

export const opened = (capacity: number, changed: Partial<typeof place> = {}): LotEvent => ({
  type: 'LotOpened',
  ...place,
  ...changed,
  capacity,
  bayIds: [],
});

export const openedWithBays = (...bayIds: string[]): LotEvent => ({
  type: 'LotOpened',
  ...place,
  capacity: bayIds.length,
  bayIds,
});

export const registered = (revision: number, capacity: number, changed: Partial<typeof place> = {}): LotEvent => ({
  type: 'LotRegistered',
  revision,
  ...place,
  ...changed,
  capacity,
  bayIds: [],
});

export const closed: LotEvent = { type: 'LotClosed' };

export const reserved = (reservationId: string, until = min(10), holder = 'user:an'): LotEvent => ({
  type: 'SpaceReserved',
  reservationId,
  holder,
  until,
});

export const cancelled = (reservationId: string, nextExpiryAt?: number): LotEvent => ({
  type: 'ReservationCancelled',
  reservationId,
  nextExpiryAt,
});

export const expired = (reservationId: string, nextExpiryAt?: number): LotEvent => ({
  type: 'ReservationExpired',
  reservationId,
  nextExpiryAt,
});

export const counted = (occupied: number, observedAt = 0): LotEvent => ({
  type: 'OccupancyCounted',
  occupied,
  observedAt,
});

export const seen = (bayId: string, occupied: boolean, observedAt = 0): LotEvent => ({
  type: 'BayObserved',
  bayId,
  occupied,
  observedAt,
});
