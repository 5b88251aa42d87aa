import { type ClientHttp2Session, connect } from 'node:http2';
import net from 'node:net';
import { errorFrom } from '@giaolo/chassis/grpc/status';
import { Metadata } from '@grpc/grpc-js';
import { framed } from './grpc-call.ts';
import { addressOf } from './socket.ts';

/** A client that asked for a stream and does not read what comes. */
export interface SlowClient {
  /** How the other side ended it; undefined while it has not. */
  readonly ended: string | undefined;
  /** Begins to read after all. */
  read(): void;
  close(): void;
}

/** On a connection of its own, since calls of one connection share what may be on its way. */
export function slowWatcher(address: string, path: string, token: string): SlowClient {
  const session: ClientHttp2Session = connect(`http://${address}`);
  session.on('error', () => {});
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${token}`,
  });
  let ended: string | undefined;
  stream.on('error', () => {});
  stream.on('trailers', (trailers) => {
    const metadata = Metadata.fromHttp2Headers(trailers);
    const { code, reason } = errorFrom({ code: Number(trailers['grpc-status']), details: '', metadata });
    ended = `${code} ${reason}`;
  });
  stream.on('close', () => {
    ended ??= `rst ${stream.rstCode}`;
  });
  stream.end(framed(Buffer.alloc(0)));
  stream.pause();
  return {
    get ended() {
      return ended;
    },
    read: () => stream.resume(),
    close: () => session.destroy(),
  };
}

/** A page that listens to events and has stopped to read. */
export function slowPage(address: string, path: string, token: string): SlowClient {
  const socket = net.connect(addressOf(address));
  let ended: string | undefined;
  socket.on('error', ({ message }) => {
    ended ??= message;
  });
  socket.on('close', () => {
    ended ??= 'closed';
  });
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${address}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  return {
    get ended() {
      return ended;
    },
    read: () => socket.resume(),
    close: () => socket.destroy(),
  };
}
