import type { Client, ClientUnaryCall } from '@grpc/grpc-js';
import { endSpan, type OutgoingMethod, readError } from './client-call.ts';
import type { CallOptions } from './client-options.ts';

type Done = (error: unknown, response: unknown) => void;

/** grpc-js takes a stack for every call, in case it fails; our errors do not show it, and it is 5 % of the call. */
function withoutStack<Result>(begin: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return begin();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

export function callUnary(
  client: Client,
  method: OutgoingMethod,
  request: unknown,
  options: CallOptions | undefined,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { metadata, options: grpcOptions, span } = method.begin(options);
    const done: Done = (error, response) => {
      const failure = error ? readError(error) : undefined;
      endSpan(span, failure);
      if (failure) reject(failure);
      else resolve(response);
    };
    const call = withoutStack(() =>
      client.makeUnaryRequest(method.path, method.serialize, method.deserialize, request, metadata, grpcOptions, done),
    );
    if (options?.signal) cancelOn(options.signal, call);
  });
}

function cancelOn(signal: AbortSignal, call: ClientUnaryCall): void {
  const cancel = () => call.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  call.once('status', () => signal.removeEventListener('abort', cancel));
}
