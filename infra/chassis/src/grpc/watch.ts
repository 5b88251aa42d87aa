import { StreamPhase } from '@giaolo/proto/giaolo/type/v1/stream';
import { slowReader } from '../errors.ts';
import { FellBehind, type LiveView } from '../live-view.ts';

/** What every message of a watch stream has; the values stand in a field of their own name. */
export interface WatchMessage {
  readonly phase: StreamPhase;
  readonly resumeToken: string;
}

/**
 * A view as the stream of a watch method; `make` puts the wanted values into the message, or answers undefined where
 * none is wanted. An empty snapshot is a message too.
 */
export async function* watchStream<V, Message>(
  view: LiveView<V>,
  request: { readonly resumeToken: string },
  signal: AbortSignal,
  isWanted: (value: V) => boolean,
  make: (head: WatchMessage, values: V[]) => Message,
): AsyncGenerator<Message, void> {
  try {
    for await (const { phase, token, values } of view.watch(request.resumeToken || undefined, signal)) {
      const wanted = values.filter(isWanted);
      if (phase === 'live' && wanted.length === 0) continue;
      const streamPhase = phase === 'live' ? StreamPhase.STREAM_PHASE_LIVE : StreamPhase.STREAM_PHASE_SNAPSHOT;
      yield make({ phase: streamPhase, resumeToken: token ?? '' }, wanted);
    }
  } catch (error) {
    throw error instanceof FellBehind ? slowReader() : error;
  }
}
