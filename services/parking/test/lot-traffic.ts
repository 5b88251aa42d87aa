import type { Instant } from '@giaolo/chassis/clock';
import type { Ask } from '@giaolo/chassis/testing/simulator/decision-store';
import type { Simulation } from '@giaolo/chassis/testing/simulator/simulation';
import { cancelReservation } from '../src/lot/cancel-reservation.ts';
import { closeLot } from '../src/lot/close-lot.ts';
import { expireHolds } from '../src/lot/expire-holds.ts';
import { followRegistry, type RegisteredLot } from '../src/lot/follow-registry.ts';
import type { Lot, LotDetails, LotEvent } from '../src/lot/lot.ts';
import { observe } from '../src/lot/observe.ts';
import { openLot } from '../src/lot/open-lot.ts';
import { type ReserveSpace, reserveSpace } from '../src/lot/reserve-space.ts';

export type LotAsk = Ask<Lot, LotEvent>;

const HOLDERS = ['user:an', 'user:binh', 'user:chi'];
const BAYS = ['1', '2', '3', '4', '5', '6'];
const RECENT = 5;
const place = { displayName: 'Bãi xe', latitude: 10, longitude: 107, unit: { code: '77', validFrom: '2025-07-01' } };

/** What people and devices ask of lots: drawn from the simulation, and all of it as data. */
export class LotTraffic {
  readonly names: readonly string[];
  /** Milliseconds of a beat: commands are asked on it, one a beat on average. */
  readonly pace: number;
  /** The decisions by which lots are run; a test may put a worse one in their place. */
  readonly #decides: Decides;
  readonly #simulation: Simulation;
  readonly #registered = new Map<string, RegisteredLot[]>();
  readonly #recent = new Map<string, string[]>();
  readonly #isSensed: boolean;
  #asked = 0;

  constructor(simulation: Simulation, decides: Decides) {
    const { random } = simulation;
    this.#simulation = simulation;
    this.#decides = decides;
    this.names = ['lots/a', 'lots/b', 'lots/c'].slice(0, random.between(1, 3));
    this.pace = 2 ** random.between(6, 14);
    this.#isSensed = random.chance(0.5);
  }

  open(name: string): LotAsk {
    return this.#request(name, 'OpenLot', openLot, this.#details());
  }

  #details(): LotDetails {
    const { random } = this.#simulation;
    const isSensed = this.#isSensed !== random.chance(0.05);
    const bayIds = isSensed ? BAYS.filter(() => random.chance(0.9)) : [];
    return { ...place, capacity: bayIds.length || random.between(1, 8), bayIds };
  }

  #register(name: string): LotAsk {
    const { random } = this.#simulation;
    const told = this.#registered.get(name) ?? [];
    this.#registered.set(name, told);
    // The registry's relay may say again what it said before.
    const isNew = told.length === 0 || random.chance(0.7);
    if (isNew) told.push({ ...this.#details(), revision: told.length + 1, retired: random.chance(0.1) });
    const command = told.at(isNew ? -1 : -random.between(1, Math.min(3, told.length)));
    return { ...this.#ask(name, 'FollowRegistry', followRegistry, command), requestKey: undefined };
  }

  /** What somebody asks for next. */
  request(): LotAsk {
    const { random } = this.#simulation;
    const name = random.pick(this.names);
    const draw = random.below(70);
    if (draw < 50) return this.#reserve(name);
    if (draw < 65) return this.#cancel(name);
    if (draw < 66) return this.#request(name, 'CloseLot', closeLot, {});
    return this.open(name);
  }

  /** What comes by the bus next: a sight of a device, or now and then what the registry says. */
  record(): LotAsk {
    const { random } = this.#simulation;
    const name = random.pick(this.names);
    return random.chance(0.03) ? this.#register(name) : this.#observe(name);
  }

  /** Another body under the same request id. */
  reuse(ask: LotAsk): LotAsk {
    return { ...this.#reserve(ask.name), method: ask.method, requestKey: ask.requestKey };
  }

  expiry(name: string, lot: Lot): LotAsk | undefined {
    if (lot.status === undefined) return undefined;
    return { ...this.#ask(name, 'ExpireHolds', this.#decides.expireHolds, null), requestKey: undefined };
  }

  #reserve(name: string): LotAsk {
    const { random, now } = this.#simulation;
    const reservationId = random.chance(0.2) ? this.#recentId(name) : this.#newId(name);
    // Whole beats, so that much falls together.
    const ahead = random.chance(0.9) ? this.pace * random.between(1, 40) : random.between(-60_000, 32 * 60_000);
    const command: ReserveSpace = { reservationId, holder: random.pick(HOLDERS), arriveBy: now + ahead };
    return this.#request(name, 'ReserveSpace', this.#decides.reserveSpace, command);
  }

  #cancel(name: string): LotAsk {
    const { random } = this.#simulation;
    const command = { reservationId: this.#recentId(name), by: random.pick(HOLDERS), byOperator: random.chance(0.5) };
    return this.#request(name, 'CancelReservation', cancelReservation, command);
  }

  /** Devices speak late, and some have a clock that runs ahead. They have no request ids. */
  #observe(name: string): LotAsk {
    const { random, now } = this.#simulation;
    const observedAt: Instant = now - this.pace * random.between(-2, 10);
    const command = this.#isSensed
      ? { bayId: random.pick(BAYS), occupied: random.chance(0.3), observedAt }
      : { occupied: random.below(random.below(9) + 1), observedAt };
    return { ...this.#ask(name, 'ObserveOccupancy', observe, command), requestKey: undefined };
  }

  /** Most have a request id. */
  #request(name: string, method: string, decide: LotAsk['decide'], command: unknown): LotAsk {
    const ask = this.#ask(name, method, decide, command);
    return this.#simulation.random.chance(0.15) ? { ...ask, requestKey: undefined } : ask;
  }

  #ask(name: string, method: string, decide: LotAsk['decide'], command: unknown): LotAsk {
    const requestKey = `${method}/${name}/${++this.#asked}`;
    return { name, method, requestKey, command, decide, answer: (lot) => (lot.status === undefined ? null : lot.held) };
  }

  #newId(name: string): string {
    const recent = this.#recent.get(name) ?? [];
    this.#recent.set(name, recent);
    const id = `r${this.#asked}`;
    recent[this.#asked % RECENT] = id;
    return id;
  }

  #recentId(name: string): string {
    return this.#recent.get(name)?.[this.#simulation.random.below(RECENT)] ?? this.#newId(name);
  }
}

/** The decisions that a test may replace. */
export interface Decides {
  readonly reserveSpace: LotAsk['decide'];
  readonly expireHolds: LotAsk['decide'];
}

export const realDecides: Decides = { reserveSpace, expireHolds };
