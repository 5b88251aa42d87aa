import type { Instant } from '@giaolo/chassis/clock';
import type { RecordedPosition } from './positions.ts';

/**
 * What became of a position: `placed`, or why not, or why it was refused. `passed`: the stream was resumed by a
 * snapshot, in which a newer position of the vehicle stood.
 */
export type Outcome = { readonly kind: 'placed' | 'unplaced' | 'refused' | 'passed'; readonly reason: string };

/** A position on its way through the platform. */
export interface Sent {
  readonly position: RecordedPosition;
  /** Milliseconds of `performance.now()`. */
  readonly sentAt: number;
  outcome: Outcome | undefined;
  /** A newer position of the vehicle was seen before it. */
  overtaken: boolean;
}

const keyOf = (vehicleId: string, at: Instant): string => `${at} ${vehicleId}`;

/** Follows every position from its sending to its progress on the stream. */
export class Ledger {
  readonly sent: Sent[] = [];
  /** Milliseconds from sending to seeing, one per position that was seen on the stream. */
  readonly latencies: number[] = [];
  readonly #byKey = new Map<string, Sent[]>();
  /** Of each vehicle, in the order sent: those whose outcome is open. */
  readonly #open = new Map<string, Sent[]>();
  #outstanding = 0;

  /** Positions whose outcome may still come. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Positions without an outcome: at the end, those that the platform lost. */
  get unaccounted(): Sent[] {
    return [...this.#open.values()].flat();
  }

  send(position: RecordedPosition, now: number): Sent {
    const sent: Sent = { position, sentAt: now, outcome: undefined, overtaken: false };
    this.sent.push(sent);
    add(this.#byKey, keyOf(position.vehicleId, position.at), sent);
    add(this.#open, position.vehicleId, sent);
    this.#outstanding++;
    return sent;
  }

  refuse(sent: Sent, reason: string): void {
    if (!sent.outcome) this.#settle(sent, { kind: 'refused', reason });
  }

  /** The progress of a position came on the stream; false for one that was not sent, or was seen before. */
  see(vehicleId: string, at: Instant, outcome: Outcome, now: number): boolean {
    // One that was sent again after the call broke may be refused at its second coming: what was seen counts.
    const sent = this.#byKey.get(keyOf(vehicleId, at))?.find((one) => !one.outcome || one.outcome.kind === 'refused');
    if (!sent) return false;
    this.#settle(sent, outcome);
    this.latencies.push(now - sent.sentAt);
    for (const older of this.#open.get(vehicleId) ?? [])
      if (older.position.at < at && !older.overtaken) {
        older.overtaken = true;
        this.#outstanding--;
      }
    return true;
  }

  /**
   * The vehicle stood in a snapshot: what it sent before that will not be shown any more. False when this position
   * was not sent, or was seen before.
   */
  seeInSnapshot(vehicleId: string, at: Instant, outcome: Outcome): boolean {
    const open = this.#open.get(vehicleId)?.filter(({ position }) => position.at <= at) ?? [];
    for (const sent of open)
      this.#settle(sent, sent.position.at === at ? outcome : { kind: 'passed', reason: 'SNAPSHOT' });
    return open.some(({ position }) => position.at === at);
  }

  #settle(sent: Sent, outcome: Outcome): void {
    const wasOpen = !sent.outcome;
    sent.outcome = outcome;
    if (!wasOpen) return;
    if (!sent.overtaken) this.#outstanding--;
    const open = this.#open.get(sent.position.vehicleId);
    open?.splice(open.indexOf(sent), 1);
  }
}

function add(lists: Map<string, Sent[]>, key: string, sent: Sent): void {
  const list = lists.get(key);
  if (list) list.push(sent);
  else lists.set(key, [sent]);
}

/** How many of each, by what `of` makes of them; what it leaves undefined is not counted. */
export function countBy<T>(values: Iterable<T>, of: (value: T) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) {
    const name = of(value);
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
