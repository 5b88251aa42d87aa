import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@giaolo/chassis/clock';
import { FellBehind, type LiveView } from '@giaolo/chassis/live-view';
import { eventFrame } from '@giaolo/chassis/sse';
import { type Element, pageData } from '../live/element.ts';
import type { Sight } from '../live/sight.ts';

/** One page that listens; the chassis' EventStream, as far as following needs it. */
export interface Listener {
  readonly resumeToken: string | undefined;
  /** Aborts when the page has gone. */
  readonly closed: AbortSignal;
  send(frame: string): boolean;
  /** Resolves when the page has taken what was sent. */
  drained(): Promise<void>;
}

/** How long changes gather before they are sent as one. */
const BATCH_MS = 250;

const NETWORK = eventFrame('network', '{}');

/** What the page was told is too much or too little by now. */
class SeesOtherwise extends Error {}

/**
 * Tells one page what it sees of the live picture: from its token, or from a snapshot. The first part of a snapshot is
 * `snapshot`, the rest are `changes`, so that no event grows with the city. Returns when the page has gone; a page that
 * does not read is left where it is until the view has overtaken it, and then given a new snapshot; so is a page that
 * comes to see more or less.
 */
export async function follow(
  view: LiveView<Element>,
  listener: Listener,
  sightOf: () => Sight,
  clock: Clock,
): Promise<void> {
  // The network may have changed while the page was away.
  if (listener.resumeToken !== undefined) listener.send(NETWORK);
  let token = listener.resumeToken;
  while (!listener.closed.aborted) {
    try {
      await tell(view, token, listener, sightOf(), clock);
      return;
    } catch (error) {
      if (error instanceof SeesOtherwise) listener.send(NETWORK);
      else if (!(error instanceof FellBehind)) throw error;
      token = undefined;
    }
  }
}

async function tell(
  view: LiveView<Element>,
  from: string | undefined,
  listener: Listener,
  sight: Sight,
  clock: Clock,
): Promise<void> {
  let first = true;
  for await (const { phase, token, values } of view.watch(from, listener.closed)) {
    const opens = first && phase === 'snapshot';
    first = false;
    const seen = sight.of(values);
    if (!seen) throw new SeesOtherwise();
    const data = pageData(seen, clock.now(), opens);
    if (data && !listener.send(eventFrame(opens ? 'snapshot' : 'changes', data, token))) return;
    await listener.drained();
    if (phase === 'live') await pause(listener.closed);
  }
}

async function pause(closed: AbortSignal): Promise<void> {
  await sleep(BATCH_MS, undefined, { signal: closed }).catch(() => {});
}
