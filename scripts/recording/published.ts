import type { Instant } from '@giaolo/chassis/clock';
import type { TripPrediction } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import type { PublishedArrival } from './score.ts';

/** What the platform said of one trip on the strength of one position. */
export interface Publication {
  readonly tripId: string;
  readonly startDate: string;
  readonly vehicleId: string;
  readonly observedAt: Instant;
  readonly model: string;
  readonly stopIds: readonly string[];
  readonly stopSequences: Uint32Array;
  readonly predictedAt: Float64Array;
}

/** All predictions that came on the stream. */
export class Published {
  readonly #byRun = new Map<string, Publication[]>();
  readonly #names = new Map<string, string>();
  #predictions = 0;
  #publications = 0;

  /** Arrival times at stops. */
  get predictions(): number {
    return this.#predictions;
  }

  get publications(): number {
    return this.#publications;
  }

  add({ trip, vehicleId, observedTime, model, stops }: TripPrediction): void {
    if (!trip || !observedTime) return;
    const publication: Publication = {
      tripId: this.#intern(trip.tripId),
      startDate: this.#intern(trip.startDate),
      vehicleId: this.#intern(vehicleId),
      observedAt: observedTime.getTime(),
      model: this.#intern(model),
      stopIds: stops.map(({ stopId }) => this.#intern(stopId)),
      stopSequences: Uint32Array.from(stops, ({ stopSequence }) => stopSequence),
      predictedAt: Float64Array.from(
        stops,
        ({ predictedArrivalTime }) => predictedArrivalTime?.getTime() ?? Number.NaN,
      ),
    };
    const key = keyOf(publication.tripId, publication.startDate, publication.vehicleId);
    const all = this.#byRun.get(key) ?? [];
    this.#byRun.set(key, all);
    // They come in order, but for repetitions when a stream is resumed or the platform handles a batch again.
    const newest = all.at(-1)?.observedAt ?? Number.NEGATIVE_INFINITY;
    if (publication.observedAt <= newest) return;
    all.push(publication);
    this.#publications++;
    this.#predictions += stops.length;
  }

  /** The newest position of a vehicle on a trip on which a prediction stands. */
  newestOf(tripId: string, startDate: string, vehicleId: string): Instant {
    return this.#byRun.get(keyOf(tripId, startDate, vehicleId))?.at(-1)?.observedAt ?? Number.NEGATIVE_INFINITY;
  }

  /** By the newest prediction that stood at that time, if it has the stop. */
  arrival: PublishedArrival = ({ trip, startDate, vehicleId }, stopSequence, now) => {
    const all = this.#byRun.get(keyOf(trip.tripId, startDate, vehicleId)) ?? [];
    const publication = all[lastUntil(all, now)];
    const i = publication?.stopSequences.indexOf(stopSequence) ?? -1;
    const predictedAt = publication?.predictedAt[i];
    return predictedAt === undefined || Number.isNaN(predictedAt) ? undefined : predictedAt;
  };

  /** In the order in which they were made. */
  [Symbol.iterator](): IterableIterator<Publication> {
    const all = [...this.#byRun.values()].flat();
    return all.sort((a, b) => a.observedAt - b.observedAt)[Symbol.iterator]();
  }

  #intern(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    this.#names.set(text, text);
    return text;
  }
}

const keyOf = (tripId: string, startDate: string, vehicleId: string): string =>
  `${startDate} ${tripId.length} ${tripId} ${vehicleId}`;

/** Place of the last one observed at or before `now`; -1 when all are later. */
function lastUntil(all: readonly Publication[], now: Instant): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle] as Publication).observedAt <= now) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
