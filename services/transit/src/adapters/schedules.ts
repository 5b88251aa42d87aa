import { FellBehind, type LiveView, type WatchBatch } from '@giaolo/chassis/live-view';
import { log } from '@giaolo/chassis/log';
import { counter } from '@giaolo/chassis/metrics';
import type { Feed } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { Timetable } from '../feed/timetable.ts';
import { tripPaths } from '../trip/path.ts';
import type { FollowedBy } from '../vehicle/advance.ts';
import type { FeedArchive } from './feed-archive.ts';
import { readFeedInWorker } from './read-in-worker.ts';

/** A version of a feed, ready to be asked. */
export interface Schedule {
  readonly feed: Feed;
  readonly timetable: Timetable;
  readonly followedBy: FollowedBy;
}

const loads = counter('giaolo_transit_schedules_loaded_total', 'Versions of feeds loaded, by outcome');

/** The schedules in force on this replica; a new version takes the place of the old one in one step. */
export class Schedules {
  readonly #archive: FeedArchive;
  readonly #inForce = new Map<string, Schedule>();
  readonly #waiting = new Set<() => void>();

  constructor(archive: FeedArchive) {
    this.#archive = archive;
  }

  get(feed: string): Schedule | undefined {
    return this.#inForce.get(feed);
  }

  all(): Schedule[] {
    return [...this.#inForce.values()];
  }

  /** Resolves when this version is in force here, or the signal aborts. */
  async until(feed: string, digest: string, signal: AbortSignal): Promise<void> {
    while (this.#inForce.get(feed)?.feed.digest !== digest && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
  }

  /** Loads what is in force now, then follows the changes until the signal aborts. */
  async follow(feeds: LiveView<Feed>, signal: AbortSignal): Promise<void> {
    const batches = feeds.watch(undefined, signal);
    for (let whole = false; !whole; ) {
      const { value: batch } = await batches.next();
      if (!batch) return;
      await Promise.all(batch.values.map((feed) => this.#load(feed)));
      whole = batch.token !== undefined;
    }
    void this.#followOn(batches, feeds, signal);
  }

  async #followOn(batches: AsyncIterable<WatchBatch<Feed>>, feeds: LiveView<Feed>, signal: AbortSignal): Promise<void> {
    try {
      for await (const { values } of batches) for (const feed of values) await this.#load(feed);
    } catch (error) {
      if (!(error instanceof FellBehind)) throw error;
      await this.follow(feeds, signal);
    }
  }

  async #load(feed: Feed): Promise<void> {
    if (this.#inForce.get(feed.name)?.feed.digest === feed.digest) return;
    try {
      const zip = await this.#archive.get(feed.name, feed.digest);
      if (!zip) throw new Error('its zip is not in the archive');
      const answer = await readFeedInWorker(zip);
      if (!answer.ok) throw new Error('its zip cannot be read any more');
      const timetable = new Timetable(answer.feed);
      const followedBy = { digest: feed.digest, timetable, paths: tripPaths(timetable) };
      this.#inForce.set(feed.name, { feed, timetable, followedBy });
      loads.add(1, { outcome: 'loaded' });
    } catch (error) {
      // The version before stays in force here; vehicles go on to be placed by it.
      loads.add(1, { outcome: 'failed' });
      log.error({ feed: feed.name, digest: feed.digest, error: (error as Error).message }, 'schedule not loaded');
    }
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
