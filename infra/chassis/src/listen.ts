import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Readiness } from './lifecycle.ts';

const IDLE_CHECK_MS = 50;
/** How often Node looks for requests that are late; by its own 30 s, 5 s for the headers would be 35. */
const LATE_CHECK_MS = 1_000;

/** Listens on `host:port`; resolves with the address that it got. Rejects where it cannot. */
export function listen(server: Server, address: string): Promise<string> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) }, () => {
      server.off('error', reject);
      resolve(`${host}:${(server.address() as AddressInfo).port}`);
    });
  });
}

export interface ServerLimits {
  readonly headersMs: number;
  /** For the whole of a request to arrive. */
  readonly requestMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveMs: number;
  readonly maxConnections: number;
}

/** An HTTP server on which nobody keeps a place without using it. */
export function boundedServer(limits: ServerLimits, onRequest: RequestListener): Server {
  const server = createServer({ connectionsCheckingInterval: LATE_CHECK_MS }, onRequest);
  server.headersTimeout = limits.headersMs;
  server.requestTimeout = limits.requestMs;
  server.keepAliveTimeout = limits.keepAliveMs;
  server.maxConnections = limits.maxConnections;
  // Node hangs up on CONNECT without a word.
  server.on('connect', (_request, socket: Socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  return server;
}

/** While not ready, each answer tells its caller to come back on another connection: to a replica that is ready. */
export function sendAwayWhenNotReady(server: Server, readiness: Readiness): void {
  server.prependListener('request', (_request, response) => {
    if (!readiness.isReady()) response.setHeader('connection', 'close');
  });
}

/** No new requests; those under way may take `graceMs`, then their connections are cut. */
export function closeServer(server: Server, graceMs = 5_000): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    // A connection is kept alive for the next request after its last one was answered: nobody will ask any more.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });
}
