import type { Client, ClientDuplexStream, ClientReadableStream, ClientWritableStream } from '@grpc/grpc-js';
import type { Span } from '@opentelemetry/api';
import { ServiceError } from '../errors.ts';
import { endSpan, type OutgoingMethod, readError } from './client-call.ts';
import type { CallOptions } from './client-options.ts';

/** Both sides speak at their own pace. */
export interface Conversation<Request, Response> {
  /** Resolves when there is room for the next. Throws what the call ended with. */
  send(request: Request): Promise<void>;
  /** Nothing more will be sent; the responses go on. */
  end(): void;
  /** To be read, once: what is not read waits in memory. Leaving the loop cancels the call. */
  readonly responses: AsyncIterable<Response>;
  cancel(): void;
}

/** Many requests, one response. */
export interface Upload<Request, Response> {
  /** Resolves when there is room for the next. Throws what the call ended with. */
  send(request: Request): Promise<void>;
  /** Resolves with the response. */
  end(): Promise<Response>;
  cancel(): void;
}

type Sink = ClientDuplexStream<unknown, unknown> | ClientWritableStream<unknown>;

function cancelOn(signal: AbortSignal | undefined, stream: Sink | ClientReadableStream<unknown>): void {
  const cancel = () => stream.cancel();
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  stream.once('status', () => signal?.removeEventListener('abort', cancel));
}

/** The messages as they are read; the reader's pace holds the server back. */
async function* read(
  stream: ClientReadableStream<unknown> | ClientDuplexStream<unknown, unknown>,
  span: Span,
): AsyncGenerator<unknown> {
  let failure: ServiceError | undefined;
  try {
    for await (const message of stream.iterator({ destroyOnReturn: false })) yield message;
  } catch (error) {
    failure = readError(error);
    throw failure;
  } finally {
    stream.cancel();
    endSpan(span, failure);
  }
}

/** The call begins when the responses are first asked for. */
export function watch(
  client: Client,
  method: OutgoingMethod,
  request: unknown,
  options: CallOptions | undefined,
): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const call = method.begin(options);
      const stream = client.makeServerStreamRequest(
        method.path,
        method.serialize,
        method.deserialize,
        request,
        call.metadata,
        call.options,
      );
      // After the reader has left, nobody else listens.
      stream.on('error', () => {});
      cancelOn(options?.signal, stream);
      return read(stream, call.span);
    },
  };
}

/** Sends that wait for room, and learn how the call ended. */
class Sender {
  readonly #stream: Sink;
  #ended: ServiceError | undefined;

  constructor(stream: Sink) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#ended ??= readError(error);
    });
    stream.once('status', () => {
      this.#ended ??= new ServiceError('CANCELLED', '', 'the call has ended');
      stream.emit('drain');
    });
  }

  async send(request: unknown): Promise<void> {
    if (this.#ended) throw this.#ended;
    if (this.#stream.write(request)) return;
    await new Promise((resolve) => this.#stream.once('drain', resolve));
    if (this.#ended) throw this.#ended;
  }
}

export function converse(
  client: Client,
  method: OutgoingMethod,
  options: CallOptions | undefined,
): Conversation<unknown, unknown> {
  const call = method.begin(options);
  const stream = client.makeBidiStreamRequest(
    method.path,
    method.serialize,
    method.deserialize,
    call.metadata,
    call.options,
  );
  const sender = new Sender(stream);
  cancelOn(options?.signal, stream);
  return {
    send: (request) => sender.send(request),
    end: () => void stream.end(),
    responses: { [Symbol.asyncIterator]: () => read(stream, call.span) },
    cancel: () => stream.cancel(),
  };
}

export function upload(
  client: Client,
  method: OutgoingMethod,
  options: CallOptions | undefined,
): Upload<unknown, unknown> {
  const call = method.begin(options);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  // A failure that nobody waits for yet is told by `send` or `end`.
  promise.catch(() => {});
  const stream = client.makeClientStreamRequest(
    method.path,
    method.serialize,
    method.deserialize,
    call.metadata,
    call.options,
    (error, response) => {
      const failure = error ? readError(error) : undefined;
      endSpan(call.span, failure);
      if (failure) reject(failure);
      else resolve(response);
    },
  );
  const sender = new Sender(stream);
  cancelOn(options?.signal, stream);
  return {
    send: (request) => sender.send(request).catch((error) => promise.then(() => Promise.reject(error))),
    end: () => {
      stream.end();
      return promise;
    },
    cancel: () => stream.cancel(),
  };
}
