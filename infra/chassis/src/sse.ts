import type { Request, Response } from 'express';
import { type Instant, wallClock } from './clock.ts';
import { dependencyUnavailable, overloaded, principalInvalid } from './errors.ts';
import type { RouteCaller } from './http-route.ts';
import { counter } from './metrics.ts';

/** One event as it stands on the wire; made once, sent to many. */
export function eventFrame(event: string, data: string, id?: string): string {
  const name = id === undefined ? `event: ${event}\n` : `id: ${id}\nevent: ${event}\n`;
  return `${name}${data
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

export interface EventStreamsOptions {
  /** Frame that tells a client that we live; made once per beat for all that are due. */
  readonly heartbeat: () => string;
  /** Sent to a client that got nothing for so long. */
  readonly heartbeatMs: number;
  readonly maxClients?: number;
  /** A client that has more than this waiting is cut off; it comes back with its resume token. */
  readonly maxBufferedBytes?: number;
  /** A client that has taken nothing of what waits for so long is cut off. */
  readonly slowReaderMs?: number;
}

const RECONNECT_MS = 1_000;
const BEATS_PER_HEARTBEAT = 4;

const SESSION_OVER = JSON.stringify({ reason: principalInvalid('expired').reason });

const cutOff = counter('giaolo_sse_slow_readers_total', 'Event streams ended because they were not read');

/** One browser that listens. */
export class EventStream {
  /** The last id that the client has handled, when it comes back: `Last-Event-ID` or `?resume=`. */
  readonly resumeToken: string | undefined;
  /** On the wall clock: when its right to listen ends. */
  readonly expiresAt: Instant;
  readonly #response: Response;
  readonly #maxBufferedBytes: number;
  readonly #closed = new AbortController();
  sentAt = performance.now();
  stalledAt: number | undefined;

  constructor(request: Request, response: Response, expiresAt: Instant, maxBufferedBytes: number) {
    const { resume } = request.query;
    this.expiresAt = expiresAt;
    this.resumeToken = request.get('last-event-id') ?? (typeof resume === 'string' ? resume : undefined);
    this.#response = response;
    this.#maxBufferedBytes = maxBufferedBytes;
    response.on('close', () => this.#closed.abort());
    response.on('drain', () => {
      this.stalledAt = undefined;
    });
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
  }

  /** Aborts when the client has gone, or was cut off or ended by us. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** False when the client is not there any more. */
  send(frame: string): boolean {
    if (this.#closed.signal.aborted || this.#response.writableEnded) return false;
    this.sentAt = performance.now();
    if (!this.#response.write(frame)) this.stalledAt ??= this.sentAt;
    if (this.#response.writableLength <= this.#maxBufferedBytes) return true;
    this.cutOff();
    return false;
  }

  cutOff(): void {
    cutOff.add(1);
    this.#response.destroy();
    this.#closed.abort();
  }

  end(): void {
    this.#response.end();
  }

  /** Ends it with `event: session`, which says why it is of no use to come back. */
  expire(): void {
    this.send(eventFrame('session', SESSION_OVER));
    this.end();
  }
}

/** All clients of one kind of event stream, with one heartbeat. */
export class EventStreams {
  readonly #options: Required<EventStreamsOptions>;
  readonly #clients = new Set<EventStream>();
  readonly #beats: NodeJS.Timeout;
  #isEnded = false;

  constructor(options: EventStreamsOptions) {
    this.#options = { maxClients: 10_000, maxBufferedBytes: 1024 * 1024, slowReaderMs: 30_000, ...options };
    this.#beats = setInterval(() => this.#beat(), options.heartbeatMs / BEATS_PER_HEARTBEAT);
  }

  get size(): number {
    return this.#clients.size;
  }

  /**
   * Answers a request with an event stream, which goes on no longer than the caller's token holds. Throws OVERLOADED,
   * or DEPENDENCY_UNAVAILABLE while stopping.
   */
  open(request: Request, response: Response, { expiresAt }: Pick<RouteCaller, 'expiresAt'>): EventStream {
    if (this.#isEnded) throw dependencyUnavailable('this replica is going away');
    if (this.#clients.size >= this.#options.maxClients) throw overloaded('too many event streams', 5_000);
    const client = new EventStream(request, response, expiresAt, this.#options.maxBufferedBytes);
    this.#clients.add(client);
    client.closed.addEventListener('abort', () => this.#clients.delete(client), { once: true });
    return client;
  }

  /** To every client. */
  broadcast(frame: string): void {
    for (const client of this.#clients) client.send(frame);
  }

  /** Ends all streams; the clients come back by themselves, to another replica. */
  end(): void {
    this.#isEnded = true;
    clearInterval(this.#beats);
    for (const client of this.#clients) client.end();
  }

  #beat(): void {
    const now = performance.now();
    const wall = wallClock.now();
    let frame: string | undefined;
    for (const client of this.#clients) {
      if (client.stalledAt !== undefined && now - client.stalledAt > this.#options.slowReaderMs) client.cutOff();
      else if (wall >= client.expiresAt) client.expire();
      else if (now - client.sentAt >= this.#options.heartbeatMs) {
        frame ??= this.#options.heartbeat();
        client.send(frame);
      }
    }
  }
}
