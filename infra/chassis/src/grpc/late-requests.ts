import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { counter } from '../metrics.ts';

const CREATED = 'http2.server.stream.created';
const CLOSED = 'http2.server.stream.close';
const LOOK_EVERY_MS = 1_000;

const late = counter('giaolo_rpc_late_requests_total', 'Calls cut off because their one request did not come');

/**
 * A call is known to its handler, and its deadline kept, only when its one request is whole: whoever sends half of it
 * would keep the half in memory for as long as the connection lives. Cuts such calls off after `withinMs`. `paths` are
 * the methods with one request. Returns what ends the looking.
 */
export function cutOffLateRequests(paths: ReadonlySet<string>, withinMs: number): () => void {
  // In the order of their coming, so that a look ends at the first that may still take its time.
  const since = new Map<ServerHttp2Stream, number>();
  const onCreated = (message: unknown) => {
    const { stream, headers } = message as { stream: ServerHttp2Stream; headers: IncomingHttpHeaders };
    if (paths.has(headers[':path'] ?? '')) since.set(stream, performance.now());
  };
  const onClosed = (message: unknown) => {
    since.delete((message as { stream: ServerHttp2Stream }).stream);
  };
  const look = setInterval(() => {
    const tooLate = performance.now() - withinMs;
    for (const [stream, began] of since) {
      if (began > tooLate) break;
      since.delete(stream);
      if (stream.readableEnded || stream.destroyed) continue;
      late.add(1);
      stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    }
  }, LOOK_EVERY_MS).unref();
  subscribe(CREATED, onCreated);
  subscribe(CLOSED, onClosed);
  return () => {
    clearInterval(look);
    unsubscribe(CREATED, onCreated);
    unsubscribe(CLOSED, onClosed);
  };
}
