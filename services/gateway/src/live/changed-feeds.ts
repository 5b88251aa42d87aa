import type { LiveView } from '@giaolo/chassis/live-view';
import type { Element } from './element.ts';

/** Calls back for each batch in which a schedule came into force, until the signal aborts. */
export async function onFeedChanged(view: LiveView<Element>, signal: AbortSignal, changed: () => void): Promise<void> {
  for await (const { phase, values } of view.watch(view.token, signal))
    if (phase === 'live' && values.some(({ kind }) => kind === 'feed')) changed();
}
