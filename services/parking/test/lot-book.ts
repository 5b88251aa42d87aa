import type { Instant } from '@giaolo/chassis/clock';
import { type Draft, type Kept, type Settled, SKEW_LIMIT_MS } from '@giaolo/chassis/testing/simulator/decision-store';
import { type Simulation, Violation } from '@giaolo/chassis/testing/simulator/simulation';
import type { CancelReservation } from '../src/lot/cancel-reservation.ts';
import type { RegisteredLot } from '../src/lot/follow-registry.ts';
import type { Bay, Hold, Lot, LotDetails, LotEvent } from '../src/lot/lot.ts';
import type { ReserveSpace } from '../src/lot/reserve-space.ts';

/** A second account of a lot, kept from its facts in the plainest way, and what must hold of each of them. */
export class LotBook {
  readonly #simulation: Simulation;
  readonly #holds = new Map<string, Hold>();
  readonly #bays = new Map<string, Bay>();
  #measuredBy: 'count' | 'bays' | undefined;
  #isOpen = false;
  #capacity = 0;
  /** The newest that the lot was told of. */
  #revision = 0;
  #counted = 0;
  #countedAt: Instant | undefined;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** One commit: its decisions in their order, then the counters of the lot against ours. */
  take({ settled, decidedAt }: Draft<Lot, LotEvent>, { fields: lot, dueAt }: Kept<Lot>): void {
    for (const each of settled) this.#judge(each, decidedAt);
    if (lot.status === undefined) return;
    const occupied = this.#occupied();
    const nextExpiryAt = this.#nextExpiryAt();
    const observedAt = this.#observedAt();
    const isRight =
      lot.capacity === this.#capacity &&
      lot.occupied === occupied &&
      lot.held === this.#holds.size &&
      lot.nextExpiryAt === nextExpiryAt &&
      lot.observedAt === observedAt &&
      (lot.status === 'open') === this.#isOpen &&
      dueAt === nextExpiryAt;
    if (isRight) return;
    const counted = { capacity: this.#capacity, occupied, held: this.#holds.size, nextExpiryAt, observedAt };
    throw new Violation(`the counters ${JSON.stringify(lot)}, due at ${dueAt}, are not ${JSON.stringify(counted)}`);
  }

  /** All holds and bays, field by field. */
  check(lot: Lot): void {
    const ours: Record<string, unknown> = {};
    for (const [id, hold] of this.#holds) ours[`hold:${id}`] = hold;
    for (const [id, bay] of this.#bays) ours[`bay:${id}`] = bay;
    const theirs = Object.entries(lot).filter(([field]) => field.includes(':'));
    const isRight =
      theirs.length === Object.keys(ours).length &&
      theirs.every(([field, value]) => JSON.stringify(value) === JSON.stringify(ours[field]));
    if (!isRight) throw new Violation(`${JSON.stringify(theirs)} is kept, and there are ${JSON.stringify(ours)}`);
  }

  #judge({ ask, outcome, events }: Settled<Lot, LotEvent>, decidedAt: Instant): void {
    if (!outcome.accepted) this.#judgeRefusal(ask.command as never, outcome.reason, decidedAt);
    for (const event of events) {
      this.#judgeEvent(event, decidedAt);
      this.#apply(event);
    }
    if (ask.method === 'FollowRegistry')
      this.#revision = Math.max(this.#revision, (ask.command as RegisteredLot).revision);
    if (outcome.accepted && ask.method === 'ReserveSpace') this.#judgePromise(ask.command as ReserveSpace, decidedAt);
  }

  // A decision is made by a time at most so far from the store's; what holds at both ends and what holds at that time
  // must both be right.
  get #earliest(): Instant {
    return this.#simulation.now - SKEW_LIMIT_MS;
  }
  get #latest(): Instant {
    return this.#simulation.now + SKEW_LIMIT_MS;
  }

  #judgeRefusal(command: CancelReservation, reason: string, decidedAt: Instant): void {
    if (reason === 'LOT_FULL' && (this.#free(this.#earliest) > 0 || this.#free(decidedAt) > 0))
      throw new Violation('the lot was not full: a hold ended late');
    const until = this.#holds.get(command.reservationId)?.until ?? 0;
    if (reason === 'RESERVATION_UNKNOWN' && (until > this.#latest || until > decidedAt))
      throw new Violation(`the hold ${command.reservationId} stands: it ended early`);
  }

  /** Whoever asked is told that a space is kept. */
  #judgePromise({ reservationId }: ReserveSpace, decidedAt: Instant): void {
    const until = this.#holds.get(reservationId)?.until ?? 0;
    if (until <= this.#earliest || until <= decidedAt)
      throw new Violation(`${reservationId} was promised, and is not held`);
  }

  #judgeEvent(event: LotEvent, decidedAt: Instant): void {
    switch (event.type) {
      case 'SpaceReserved':
        if (this.#free(this.#latest) <= 0 || this.#free(decidedAt) <= 0)
          throw new Violation(`oversold by ${event.reservationId}`);
        if (this.#holds.has(event.reservationId)) throw new Violation(`${event.reservationId} was held already`);
        break;
      case 'ReservationExpired':
        if (!this.#hasEnded(event.reservationId, this.#latest) || !this.#hasEnded(event.reservationId, decidedAt))
          throw new Violation(`the hold ${event.reservationId} ended early`);
        break;
      case 'ReservationCancelled':
        if (this.#hasEnded(event.reservationId, this.#earliest) || this.#hasEnded(event.reservationId, decidedAt))
          throw new Violation(`the hold ${event.reservationId} had ended, and was cancelled`);
        break;
      case 'LotRegistered':
        if (event.revision <= this.#revision) throw new Violation('an older revision replaced a newer one');
        break;
      case 'OccupancyCounted':
        if (event.observedAt <= (this.#countedAt ?? 0)) throw new Violation('an older count replaced a newer one');
        break;
      case 'BayObserved':
        if (event.observedAt <= (this.#bays.get(event.bayId)?.observedAt ?? 0))
          throw new Violation(`an older sight of bay ${event.bayId} replaced a newer one`);
    }
  }

  #apply(event: LotEvent): void {
    if (event.type === 'LotOpened') this.#take(event, true);
    else if (event.type === 'LotRegistered') this.#take(event, this.#measuredBy === undefined || this.#isOpen);
    else if (event.type === 'LotClosed') this.#isOpen = false;
    else if (event.type === 'SpaceReserved')
      this.#holds.set(event.reservationId, { holder: event.holder, until: event.until });
    else if (event.type === 'OccupancyCounted') {
      this.#counted = event.occupied;
      this.#countedAt = event.observedAt;
    } else if (event.type === 'BayObserved')
      this.#bays.set(event.bayId, { occupied: event.occupied, observedAt: event.observedAt });
    else if (event.type === 'ReservationCancelled' || event.type === 'ReservationExpired')
      this.#holds.delete(event.reservationId);
    else event satisfies never;
  }

  #take({ bayIds, capacity }: LotDetails, isOpen: boolean): void {
    const measuredBy = bayIds.length > 0 ? 'bays' : 'count';
    const before = new Map(this.#bays);
    this.#bays.clear();
    for (const id of bayIds) this.#bays.set(id, before.get(id) ?? { occupied: true });
    if (this.#measuredBy !== measuredBy) {
      this.#counted = 0;
      this.#countedAt = undefined;
    }
    this.#measuredBy = measuredBy;
    this.#capacity = capacity;
    this.#isOpen = isOpen;
  }

  /** Nobody can end, or not end, what there is not. */
  #hasEnded(reservationId: string, at: Instant): boolean {
    const hold = this.#holds.get(reservationId);
    if (!hold) throw new Violation(`there is no hold ${reservationId}`);
    return hold.until <= at;
  }

  #free(at: Instant): number {
    let standing = 0;
    for (const { until } of this.#holds.values()) if (until > at) standing++;
    return this.#capacity - this.#occupied() - standing;
  }

  #occupied(): number {
    if (this.#measuredBy === 'count') return this.#counted;
    let occupied = 0;
    for (const bay of this.#bays.values()) if (bay.occupied) occupied++;
    return occupied;
  }

  #nextExpiryAt(): Instant | undefined {
    let next = Number.POSITIVE_INFINITY;
    for (const { until } of this.#holds.values()) if (until < next) next = until;
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  #observedAt(): Instant | undefined {
    if (this.#measuredBy === 'count') return this.#countedAt;
    let newest = 0;
    for (const { observedAt } of this.#bays.values()) if (observedAt && observedAt > newest) newest = observedAt;
    return newest || undefined;
  }
}
