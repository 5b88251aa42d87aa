import net from 'node:net';

const PRODUCE = 0;

export type Cut = 'error' | 'bare close';

export interface CuttingProxy {
  readonly port: number;
  /** Connections that were cut so far. */
  cuts(): number;
  /** Cuts the next connection on which a produce request comes. */
  cutNext(how: Cut): void;
  /** Cuts all connections and takes no more. */
  close(): void;
  reopen(): Promise<void>;
}

/** Forwards to a broker, and cuts a connection after the broker got a produce request and before its answer went back. */
export async function cuttingProxy(target: { host: string; port: number }): Promise<CuttingProxy> {
  let armed: 'no' | Cut = 'no';
  let cuts = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    let cutWith: typeof armed = 'no';
    client.on('data', (chunk) => {
      if (armed !== 'no' && chunk.length > 6 && chunk.readInt16BE(4) === PRODUCE) {
        cutWith = armed;
        armed = 'no';
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (cutWith === 'no') return void client.write(chunk);
      cuts++;
      if (cutWith === 'error') client.resetAndDestroy();
      else client.destroy();
      upstream.destroy();
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    cuts: () => cuts,
    cutNext: (how) => {
      armed = how;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
    reopen: () => listen(port),
  };
}
