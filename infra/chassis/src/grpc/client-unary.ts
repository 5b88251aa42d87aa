import type { Client, ClientUnaryCall } from '@grpc/grpc-js';
import type { CallOptions } from './client.ts';
import { endSpan, type OutgoingMethod, readError } from './client-call.ts';

export function callUnary(
  client: Client,
  method: OutgoingMethod,
  request: unknown,
  options: CallOptions | undefined,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { metadata, options: grpcOptions, span } = method.begin(options);
    const signal = options?.signal;
    const cancel = () => call.cancel();
    const call: ClientUnaryCall = client.makeUnaryRequest(
      method.path,
      method.serialize,
      method.deserialize,
      request,
      metadata,
      grpcOptions,
      (error, response) => {
        signal?.removeEventListener('abort', cancel);
        const failure = error ? readError(error) : undefined;
        endSpan(span, failure);
        if (failure) reject(failure);
        else resolve(response);
      },
    );
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
}
