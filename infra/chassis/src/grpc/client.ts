import { ChannelCredentials, Client } from '@grpc/grpc-js';
import { wallClock } from '../clock.ts';
import { dependencyUnavailable } from '../errors.ts';
import { channelOptions } from './channel.ts';
import { OutgoingMethod } from './client-call.ts';
import type { CallOptions, ConnectOptions } from './client-options.ts';
import { type Conversation, converse, type Upload, upload, watch } from './client-stream.ts';
import { callUnary } from './client-unary.ts';
import type { Method, RequestOf, ResponseOf, Service } from './service.ts';

export type ClientMethod<M extends Method> = M['requestStream'] extends true
  ? M['responseStream'] extends true
    ? (options?: CallOptions) => Conversation<RequestOf<M>, ResponseOf<M>>
    : (options?: CallOptions) => Upload<RequestOf<M>, ResponseOf<M>>
  : M['responseStream'] extends true
    ? (request: RequestOf<M>, options?: CallOptions) => AsyncIterable<ResponseOf<M>>
    : (request: RequestOf<M>, options?: CallOptions) => Promise<ResponseOf<M>>;

export type ClientOf<S extends Service> = { readonly [Name in keyof S]: ClientMethod<S[Name]> } & {
  /** Resolves once a server is connected. Throws UNAVAILABLE after `withinMs`. */
  ready(withinMs: number): Promise<void>;
  close(): void;
};

/**
 * A client of a service by its generated `...Client`. Every call fails with ServiceError; unary calls always have a
 * deadline; methods whose contract allows it are tried up to three times while the server is UNAVAILABLE.
 */
export function connect<S extends Service>(
  generated: { readonly service: S },
  address: string,
  options: ConnectOptions = {},
): ClientOf<S> {
  const client = new Client(address, ChannelCredentials.createInsecure(), channelOptions(generated.service));
  const entries = Object.entries(generated.service).map(([name, method]) => [
    name,
    clientMethod(client, new OutgoingMethod(method, options), method),
  ]);
  return {
    ...(Object.fromEntries(entries) as { readonly [Name in keyof S]: ClientMethod<S[Name]> }),
    ready: (withinMs: number) => waitForReady(client, address, withinMs),
    close: () => client.close(),
  };
}

function clientMethod(client: Client, outgoing: OutgoingMethod, { requestStream, responseStream }: Method) {
  if (requestStream && responseStream) return (options?: CallOptions) => converse(client, outgoing, options);
  if (requestStream) return (options?: CallOptions) => upload(client, outgoing, options);
  if (responseStream) return (request: unknown, options?: CallOptions) => watch(client, outgoing, request, options);
  return (request: unknown, options?: CallOptions) => callUnary(client, outgoing, request, options);
}

function waitForReady(client: Client, address: string, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(wallClock.now() + withinMs, (error) =>
      error ? reject(dependencyUnavailable(`no connection to ${address}`)) : resolve(),
    );
  });
}
