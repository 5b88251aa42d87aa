import type { Clock, Instant } from '../clock.ts';

/** Stands still until it is told otherwise. */
export class FixedClock implements Clock {
  readonly kind = 'recording';
  #now: Instant;

  constructor(now: Instant | string = '2026-01-01T00:00:00Z') {
    this.#now = typeof now === 'string' ? Date.parse(now) : now;
  }

  now(): Instant {
    return this.#now;
  }

  observe(): void {}

  set(now: Instant): void {
    this.#now = now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
