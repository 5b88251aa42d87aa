import { randomUUID } from 'node:crypto';
import { OpenLotRequest, ReserveSpaceRequest } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import type { DrillPlace } from './drill-place.ts';

/** A reservation that somebody was told of. */
export interface Acknowledged {
  readonly lot: string;
  /** `lots/{lot}/reservations/{reservation}` */
  readonly reservation: string;
  /** By performance.now(). */
  readonly at: number;
}

export interface LoadOptions {
  /** Commands per second. */
  readonly rate: number;
  readonly lots: number;
  readonly callers: number;
}

const CAPACITY = 10_000;
const HOLD_MS = 25 * 60_000;
const PAUSE_MS = 20;

type Parking = ReturnType<DrillPlace['parking']>;

export async function openLots(parking: Parking, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, n) => `lots/drill-${n}`);
  for (const name of names)
    await parking.openLot(
      OpenLotRequest.fromPartial({
        requestId: randomUUID(),
        name,
        displayName: 'Bãi xe diễn tập',
        position: { latitude: 10.34, longitude: 107.08 },
        capacity: CAPACITY,
      }),
    );
  return names;
}

/** Callers who reserve spaces and never give one back: what they were told must be there in the end. */
export class DrillLoad {
  readonly acknowledged: Acknowledged[] = [];
  /** Of calls that were not answered with a reservation, and how often. */
  readonly refusals = new Map<string, number>();
  readonly #callers: Promise<void>[];
  #running = true;

  constructor(parking: Parking, lots: readonly string[], { rate, callers }: LoadOptions) {
    const everyMs = (callers * 1_000) / rate;
    this.#callers = Array.from({ length: callers }, (_, n) => this.#call(parking, lots, everyMs, n));
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#callers);
  }

  async #call(parking: Parking, lots: readonly string[], everyMs: number, n: number): Promise<void> {
    for (let turn = n; this.#running; turn++) {
      const began = performance.now();
      await this.#reserve(parking, lots[turn % lots.length] as string);
      const rest = Math.max(PAUSE_MS, everyMs - (performance.now() - began));
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  async #reserve(parking: Parking, lot: string): Promise<void> {
    const arriveByTime = new Date(Date.now() + HOLD_MS);
    const request = ReserveSpaceRequest.fromPartial({ requestId: randomUUID(), lot, arriveByTime });
    try {
      const { reservation } = await parking.reserveSpace(request);
      this.acknowledged.push({ lot, reservation: reservation?.name ?? '', at: performance.now() });
    } catch (error) {
      const { code, reason } = error as { code?: string; reason?: string };
      const why = reason || code || String(error);
      this.refusals.set(why, (this.refusals.get(why) ?? 0) + 1);
    }
  }
}
