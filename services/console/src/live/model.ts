import type {
  PageClock as ClockReading,
  PageChanges,
  PageNetwork,
  PageNow,
  PageSnapshot,
  PageVehicle,
} from '@giaolo/gateway/page-contract';
import { NetworkIndex } from '../domain/network-index.ts';
import type { LinkEvent } from './link.ts';
import { applyChanges, emptyLive, forgetSilent, replaceWith } from './live-state.ts';
import { PageClock } from './page-clock.ts';

/** All that the page knows of the world, as the gateway told it. `wallAt` is a monotonic time of this browser, ms. */
export class Model {
  readonly live = emptyLive();
  readonly clock = new PageClock();
  network = new NetworkIndex({ feeds: [] });
  networkState: 'loading' | 'read' | 'failed' = 'loading';
  snapshotSeen = false;
  /** Platform time of the last message. */
  heardNow: number | undefined;

  /** Returns the vehicles that were reported, so that their markers can be moved. Throws on what is no message. */
  handle(event: Exclude<LinkEvent, 'session'>, data: unknown, wallAt: number): readonly PageVehicle[] {
    if (event === 'network') return [];
    const message = data as PageSnapshot | PageChanges | PageNow;
    if (typeof message?.now !== 'number') throw new Error(`a ${event} message without now`);
    this.clock.heard(message.now, wallAt);
    this.heardNow = message.now;
    if (event === 'snapshot') {
      replaceWith(this.live, message as PageSnapshot);
      this.snapshotSeen = true;
    } else if (event === 'changes') applyChanges(this.live, message as PageChanges);
    forgetSilent(this.live, message.now);
    return 'vehicles' in message ? (message.vehicles ?? []) : [];
  }

  readClock({ kind, now }: ClockReading, wallAt: number): void {
    this.clock.kind = kind;
    if (this.heardNow === undefined) this.clock.heard(now, wallAt);
  }

  readNetwork(network: PageNetwork): void {
    this.network = new NetworkIndex(network);
    this.networkState = 'read';
  }

  /** The zone in which the city lives: that of a feed with vehicles, of any feed, else of this browser. */
  timeZone(): string {
    const { feeds } = this.network.network;
    const live = this.liveFeeds();
    const feed = feeds.find((one) => live.has(one.feed)) ?? feeds[0];
    return feed?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  /** Feeds that have vehicles on the road. */
  liveFeeds(): Set<string> {
    return new Set([...this.live.vehicles.values()].map(({ feed }) => feed));
  }
}
