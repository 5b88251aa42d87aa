import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '@giaolo/chassis/clock';
import { Trouble } from '@giaolo/local/trouble';
import {
  type VehicleProgress,
  vehicleProgress_UnplacedToJSON,
  type WatchPredictionsResponse,
  type WatchVehiclesResponse,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { follow, isSnapshot } from './follow.ts';
import { Ledger, type Outcome, type Sent } from './ledger.ts';
import { pace, type Speed } from './pace.ts';
import { Placements } from './placements.ts';
import type { RecordedPosition } from './positions.ts';
import { Published } from './published.ts';
import { sendAll, type Transit } from './send.ts';
import type { Timetable } from './timetable.ts';

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** How far the recording has come. */
  readonly at: Instant;
}

export interface PlayOptions {
  readonly transit: Transit;
  /** `feeds/{feed}` */
  readonly feed: string;
  readonly positions: readonly RecordedPosition[];
  readonly timetable: Timetable;
  readonly speed: Speed;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

export interface Played {
  readonly ledger: Ledger;
  readonly placements: Placements;
  readonly published: Published;
  /** From the first position sent to the last one seen. */
  readonly seconds: number;
}

/** Positions sent and not yet seen, at most. */
const WINDOW = 1_000;
const SEEN_WITHIN_MS = 20_000;
const PREDICTED_WITHIN_MS = 2_000;
const STALLED_MS = 60_000;

/** Plays a recording to the platform, and follows on its streams what becomes of it. */
export async function play(options: PlayOptions): Promise<Played> {
  const closing = new AbortController();
  const player = new Player(options, AbortSignal.any([options.signal, closing.signal]));
  try {
    return await player.play();
  } finally {
    closing.abort();
  }
}

class Player {
  readonly #options: PlayOptions;
  readonly #signal: AbortSignal;
  readonly #ledger = new Ledger();
  readonly #published = new Published();
  readonly #placements: Placements;
  readonly #newestPlaced = new Map<string, VehicleProgress>();
  #changed = Promise.withResolvers<void>();
  #activeAt = performance.now();
  #seenAt = 0;
  #predictedAt = 0;

  constructor(options: PlayOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#placements = new Placements(options.timetable);
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  async play(): Promise<Played> {
    const { transit, feed } = this.#options;
    const watch = { feeds: [feed], routeIds: [] };
    const signal = this.#signal;
    const [vehicles, predictions] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const streams = Promise.race([
      follow(
        'watching vehicles',
        (resumeToken) => transit.watchVehicles({ ...watch, resumeToken }, { signal }),
        (message) => {
          this.#takeVehicles(message);
          vehicles.resolve();
        },
        signal,
      ),
      follow(
        'watching predictions',
        (resumeToken) => transit.watchPredictions({ ...watch, resumeToken }, { signal }),
        (message) => {
          this.#takePredictions(message);
          predictions.resolve();
        },
        signal,
      ),
    ]);
    streams.catch(() => {});
    // What is sent before both streams stand would pass them by.
    await Promise.race([Promise.all([vehicles.promise, predictions.promise]), streams]);
    return (await Promise.race([
      this.#feed(),
      this.#untilStalled(),
      streams.then(() => signal.throwIfAborted()),
    ])) as Played;
  }

  async #feed(): Promise<Played> {
    const { transit, feed } = this.#options;
    const startedAt = performance.now();
    const answered = (batch: readonly Sent[], refused: readonly { index: number; reason: string }[]) => {
      for (const { index, reason } of refused) {
        const sent = batch[index];
        if (sent) this.#ledger.refuse(sent, reason);
      }
      this.#activeAt = performance.now();
      this.#wake();
    };
    await sendAll(transit, feed, this.#batches(), answered, this.#signal);
    this.#seenAt = performance.now();
    await this.#until(
      () => this.#ledger.outstanding === 0,
      () => this.#seenAt + SEEN_WITHIN_MS,
    );
    const seconds = (this.#seenAt - startedAt) / 1000;
    this.#predictedAt = performance.now();
    await this.#until(
      () => this.#allPredicted(),
      () => this.#predictedAt + PREDICTED_WITHIN_MS,
    );
    return { ledger: this.#ledger, placements: this.#placements, published: this.#published, seconds };
  }

  /** @throws {Trouble} when positions are on their way and nothing comes back */
  async #untilStalled(): Promise<never> {
    for (;;) {
      await sleep(1_000, undefined, { signal: this.#signal });
      const now = performance.now();
      const { outstanding } = this.#ledger;
      if (outstanding === 0) this.#activeAt = now;
      if (now - this.#activeAt > STALLED_MS)
        throw new Trouble(
          `nothing has come back from the platform for ${STALLED_MS / 1000} s: ${outstanding} positions are on their way`,
        );
    }
  }

  async *#batches(): AsyncGenerator<Sent[], void> {
    const { positions, speed } = this.#options;
    const pacer = {
      now: () => performance.now(),
      sleepUntil: async (time: number) => {
        const ms = time - performance.now();
        if (ms > 0) await sleep(ms, undefined, { signal: this.#signal });
      },
      room: async () => {
        await this.#until(() => this.#ledger.outstanding < WINDOW);
        return WINDOW - this.#ledger.outstanding;
      },
    };
    for await (const batch of pace(positions, speed, pacer)) {
      const now = performance.now();
      yield batch.map((position) => this.#ledger.send(position, now));
    }
  }

  #takeVehicles(message: WatchVehiclesResponse): void {
    const now = performance.now();
    for (const progress of message.vehicles) {
      const at = progress.observedTime?.getTime() ?? 0;
      const outcome = outcomeOf(progress);
      const isNew = isSnapshot(message)
        ? this.#ledger.seeInSnapshot(progress.vehicleId, at, outcome)
        : this.#ledger.see(progress.vehicleId, at, outcome, now);
      if (isNew) this.#takeProgress(progress);
    }
    this.#seenAt = now;
    this.#activeAt = now;
    this.#wake();
    const { sent, outstanding } = this.#ledger;
    const done = sent.length - outstanding;
    const at = sent[Math.max(0, done - 1)]?.position.at;
    if (at !== undefined) this.#options.onProgress({ done, total: this.#options.positions.length, at });
  }

  #takeProgress(progress: VehicleProgress): void {
    this.#placements.add(progress);
    const { trip, vehicleId } = progress;
    if (progress.placement && trip) this.#newestPlaced.set(`${trip.startDate} ${trip.tripId} ${vehicleId}`, progress);
  }

  #takePredictions({ predictions }: WatchPredictionsResponse): void {
    for (const prediction of predictions) this.#published.add(prediction);
    this.#predictedAt = performance.now();
    this.#wake();
  }

  #allPredicted(): boolean {
    return [...this.#newestPlaced.values()].every(({ trip, vehicleId, observedTime }) => {
      const newest = this.#published.newestOf(trip?.tripId ?? '', trip?.startDate ?? '', vehicleId);
      return newest >= (observedTime?.getTime() ?? 0);
    });
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** Until it holds, or the time (of `performance.now()`) is over. */
  async #until(holds: () => boolean, deadline: () => number = () => Number.POSITIVE_INFINITY): Promise<void> {
    while (!holds()) {
      this.#signal.throwIfAborted();
      const ms = deadline() - performance.now();
      if (ms <= 0) return;
      const timer = Number.isFinite(ms) ? setTimeout(() => this.#wake(), ms) : undefined;
      await this.#changed.promise;
      clearTimeout(timer);
    }
  }
}

function outcomeOf({ placement, unplaced }: VehicleProgress): Outcome {
  if (placement) return { kind: 'placed', reason: '' };
  return { kind: 'unplaced', reason: vehicleProgress_UnplacedToJSON(unplaced).replace(/^UNPLACED_/, '') };
}
