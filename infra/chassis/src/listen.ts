import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const IDLE_CHECK_MS = 50;

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
