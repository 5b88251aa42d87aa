import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import type { Answer } from './barrage.ts';

/** A message as gRPC frames it; `length` and `compressed` may lie. */
export function framed(message: Buffer, length = message.length, compressed = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = compressed;
  head.writeUInt32BE(length >>> 0, 1);
  return Buffer.concat([head, message]);
}

export interface RawCall {
  readonly headers: OutgoingHttpHeaders;
  readonly chunks: readonly Buffer[];
}

const WITHIN_MS = 20_000;
/** A stream that has said something is left after this; one that the server ends has said why by then. */
const LISTEN_MS = 20;
const CALLS_PER_CONNECTION = 1_000;
const CLOSE_AFTER_MS = 2_000;

/** Connections to one gRPC server, opened anew when it hangs up. */
export class RawCaller {
  readonly #url: string;
  #session: ClientHttp2Session | undefined;
  #calls = 0;

  constructor(address: string) {
    this.#url = `http://${address}`;
  }

  close(): void {
    this.#session?.destroy();
  }

  call({ headers, chunks }: RawCall): Promise<Answer> {
    return new Promise((resolve) => {
      const stream = this.#open().request({
        ':method': 'POST',
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });
      let leave: NodeJS.Timeout | undefined;
      let heard: string | undefined;
      const settle = (kind: Answer['kind'], what: string) => {
        clearTimeout(timer);
        clearTimeout(leave);
        stream.close();
        resolve({ kind, what });
      };
      const timer = setTimeout(() => settle('silent', 'silent'), WITHIN_MS);
      const hear = (told: { readonly 'grpc-status'?: unknown }) => {
        if (told['grpc-status'] !== undefined) heard = `grpc ${told['grpc-status']}`;
      };
      stream.on('response', (response) => {
        if (response[':status'] !== 200) heard = `http ${response[':status']}`;
        hear(response as never);
      });
      stream.on('trailers', (trailers) => hear(trailers as never));
      stream.on('data', () => {
        leave ??= setTimeout(() => settle('typed', 'streams'), LISTEN_MS);
      });
      stream.on('error', () => {});
      stream.on('close', () => {
        if (heard) settle('typed', heard);
        else if (stream.rstCode) settle('typed', `rst ${stream.rstCode}`);
        else settle('closed', 'closed');
      });
      for (const chunk of chunks) stream.write(chunk);
      stream.end();
    });
  }

  #open(): ClientHttp2Session {
    if (!this.#session || this.#session.closed || this.#session.destroyed || this.#calls >= CALLS_PER_CONNECTION) {
      // Not closed at once: what was asked in the same turn has not been sent yet.
      const old = this.#session;
      setTimeout(() => old?.close(), CLOSE_AFTER_MS).unref();
      this.#session = connect(this.#url);
      this.#session.on('error', () => {});
      this.#calls = 0;
    }
    this.#calls++;
    return this.#session;
  }
}
