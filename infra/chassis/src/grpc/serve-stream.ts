import type { Http2Stream } from 'node:http2';
import { setImmediate as afterEvents } from 'node:timers/promises';
import type { MethodAccess } from '../access.ts';
import { wallClock } from '../clock.ts';
import { principalInvalid, ServiceError, slowReader } from '../errors.ts';
import { counter } from '../metrics.ts';
import { MethodInfo, ServerCall, type Surface } from './call.ts';
import { decodeRequest, type Edge, fault } from './edge.ts';
import type { AnyHandler, Method } from './service.ts';
import { statusOf } from './status.ts';

const ENHANCE_YOUR_CALM = 0xb;
/** How long a reader that was cut off has to take the reason. */
const RESET_AFTER_MS = 2_000;

const cutOff = counter('giaolo_rpc_slow_readers_total', 'Streams ended because they were not read, by method');

/** The streams that are open, so that a server that stops can end them. */
export class OpenStreams {
  readonly #closers = new Set<(reason: ServiceError) => void>();
  #reason: ServiceError | undefined;

  add(close: (reason: ServiceError) => void): void {
    this.#closers.add(close);
    if (this.#reason) close(this.#reason);
  }

  delete(close: (reason: ServiceError) => void): void {
    this.#closers.delete(close);
  }

  /** Ends all streams, and those that open from now on. */
  endAll(reason: ServiceError): void {
    this.#reason = reason;
    for (const close of this.#closers) close(reason);
  }
}

/** Serves a method with a stream on either side. Messages are bytes to grpc-js. */
export function serveStream(
  edge: Edge,
  open: OpenStreams,
  method: Method,
  handler: AnyHandler,
  access: MethodAccess,
): (surface: Surface, respond?: unknown) => void {
  const info = new MethodInfo(method.path);

  const invoke = async (call: ServerCall): Promise<void> => {
    const input = method.requestStream ? requests(method, call) : decodeRequest(method, call.surface.request as Buffer);
    const output = handler(input, call);
    if (method.responseStream) await pump(edge, method, call, output as AsyncIterable<unknown>);
    else await write(edge, method, call, await (output as Promise<unknown>));
  };

  const serve = async (call: ServerCall): Promise<void> => {
    const close = (reason: ServiceError) => finish(call, reason);
    let expiry: NodeJS.Timeout | undefined;
    open.add(close);
    try {
      if (!edge.admit(call, access)) await edge.identify(call, access);
      expiry = atExpiry(call, close);
      await call.run(invoke);
      finish(call, undefined);
    } catch (error) {
      if (!call.isGone)
        finish(
          call,
          call.run(() => fault(error, call)),
        );
    } finally {
      clearTimeout(expiry);
      open.delete(close);
      call.end('CANCELLED');
    }
  };

  return (surface) => void serve(new ServerCall(info, surface, undefined));
}

/** The longest that a timer can wait; a stream that is older may well begin anew. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A stream goes on no longer than the right to it was proved. */
function atExpiry(call: ServerCall, close: (reason: ServiceError) => void): NodeJS.Timeout | undefined {
  if (call.expiresAt === undefined) return undefined;
  const left = Math.min(call.expiresAt - wallClock.now(), LONGEST_TIMER_MS);
  return setTimeout(() => close(principalInvalid('expired')), left);
}

/** Ends the call once; what comes later is not told. */
function finish(call: ServerCall, error: ServiceError | undefined): void {
  const isGone = call.isGone;
  call.end(error?.code ?? 'OK');
  if (isGone) return;
  if (!error) {
    call.surface.end();
    return;
  }
  call.surface.emit('error', statusOf(error));
  if (error.reason !== 'SLOW_READER') return;
  cutOff.add(1, { method: call.method });
  setTimeout(reset, RESET_AFTER_MS, call.surface).unref();
}

/**
 * What was written before it keeps the end of a stream from a client that never reads. grpc-js has no way to drop
 * such a stream and what it holds, other than through the HTTP/2 stream inside.
 */
function reset(surface: Surface): void {
  const { stream } = (surface as unknown as { call: { stream?: Http2Stream } }).call;
  if (!stream?.closed) stream?.close(ENHANCE_YOUR_CALM);
}

async function* requests(method: Method, call: ServerCall): AsyncGenerator<unknown> {
  const { surface } = call;
  try {
    // The default destroys the other half too, once all requests are read.
    for await (const bytes of surface.iterator({ destroyOnReturn: false })) yield decodeRequest(method, bytes);
  } catch (error) {
    throw surface.cancelled ? callerGone() : error;
  }
  // A caller that breaks off looks like one that has said all, until the stream is closed a moment later.
  await afterEvents();
  if (surface.cancelled) throw callerGone();
}

const callerGone = () => new ServiceError('CANCELLED', '', 'the caller has gone');

async function pump(edge: Edge, method: Method, call: ServerCall, responses: AsyncIterable<unknown>): Promise<void> {
  const iterator = responses[Symbol.asyncIterator]();
  // A source that waits for its next value is told at once that nobody wants it.
  const leave = () => void iterator.return?.().catch(() => {});
  call.surface.once('cancelled', leave);
  try {
    for (let next = await iterator.next(); !next.done && !call.isGone; next = await iterator.next())
      await write(edge, method, call, next.value);
  } finally {
    call.surface.off('cancelled', leave);
    leave();
  }
}

/** Resolves when there is room for more. Throws SLOW_READER. */
async function write(edge: Edge, method: Method, call: ServerCall, response: unknown): Promise<void> {
  const encode = method.responseSerialize as (value: unknown) => Buffer;
  call.requireJudged();
  if (call.isGone || call.surface.write(encode(response))) return;
  await drained(call.surface, edge.limits.slowReaderMs);
}

function drained(surface: Surface, patienceMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      surface.off('drain', settle);
      surface.off('cancelled', settle);
      resolve();
    };
    const timer = setTimeout(() => {
      reject(slowReader());
      settle();
    }, patienceMs);
    surface.on('drain', settle);
    surface.on('cancelled', settle);
  });
}
