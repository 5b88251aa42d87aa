import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveView } from '@giaolo/chassis/live-view';
import { log } from '@giaolo/chassis/log';
import type { Element, FeedVersion } from '../live/element.ts';
import type { NetworkCache } from '../network/network-cache.ts';

const ASK_AGAIN_MS = 500;
const ASK_AT_MOST = 120;

/**
 * Calls `announce` once a schedule that came into force can be read: the replica of transit that is asked may hear of
 * it later than we do. Runs until the signal aborts.
 */
export async function announceFeeds(
  view: LiveView<Element>,
  network: NetworkCache,
  signal: AbortSignal,
  announce: () => void,
): Promise<void> {
  let token: string | undefined = view.token;
  while (!signal.aborted) {
    try {
      for await (const batch of view.watch(token, signal)) {
        token = batch.token ?? token;
        const versions = batch.values.flatMap(({ activated }) => activated ?? []);
        if (batch.phase === 'snapshot' || versions.length === 0) continue;
        await untilReadable(network, versions, signal);
        announce();
      }
    } catch (error) {
      // Behind the view: begin again from what it holds now.
      token = undefined;
      log.warn({ err: error }, 'lost sight of feeds');
      await sleep(ASK_AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }
}

async function untilReadable(network: NetworkCache, wanted: readonly FeedVersion[], signal: AbortSignal) {
  for (let asked = 0; asked < ASK_AT_MOST && !signal.aborted; asked++) {
    const versions = await network.versions().catch(() => undefined);
    if (wanted.every(({ name, digest }) => versions?.get(name) === digest)) return;
    await sleep(ASK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}
