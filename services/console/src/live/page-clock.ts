import type { PageClock as ClockReading } from '@giaolo/gateway/page-contract';

interface Sample {
  readonly now: number;
  readonly wallAt: number;
}

const WINDOW_MS = 15_000;
const SHORTEST_MS = 2_000;

/**
 * Follows the platform's clock from what messages say of it. Between messages a running clock goes on by itself;
 * a recording's clock stands until the recording moves it. `wallAt` is any monotonic time of this browser, in ms.
 */
export class PageClock {
  kind: ClockReading['kind'] = 'wall';
  #samples: Sample[] = [];

  heard(now: number, wallAt: number): void {
    const last = this.#samples.at(-1);
    if (last && now < last.now) this.#samples = [];
    this.#samples.push({ now, wallAt });
    while ((this.#samples[0]?.wallAt ?? wallAt) < wallAt - WINDOW_MS) this.#samples.shift();
  }

  /** Undefined until the first message. */
  now(wallAt: number): number | undefined {
    const last = this.#samples.at(-1);
    if (!last) return undefined;
    if (this.kind === 'recording') return last.now;
    return last.now + Math.max(0, wallAt - last.wallAt) * (this.rate() ?? 1);
  }

  /** The rate in a number to read, as it was probably meant: whole, in steps of 5 above 10 and of 10 above 100. */
  roundRate(): number | undefined {
    const rate = this.rate();
    if (rate === undefined) return undefined;
    const step = rate > 100 ? 10 : rate > 10 ? 5 : 1;
    return Math.round(rate / step) * step;
  }

  /** How many times as fast as the wall the clock was going lately; undefined while too little was heard. */
  rate(): number | undefined {
    if (this.kind === 'wall') return 1;
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.wallAt - first.wallAt < SHORTEST_MS) return undefined;
    return (last.now - first.now) / (last.wallAt - first.wallAt);
  }
}
