import { Metadata, type ServiceError as StatusError } from '@grpc/grpc-js';
import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ambient } from '../ambient.ts';
import { type Instant, wallClock } from '../clock.ts';
import { codes, deadlinePassed, dependencyUnavailable, ServiceError } from '../errors.ts';
import { formatTraceparent } from '../traceparent.ts';
import type { CallOptions, ConnectOptions } from './client-options.ts';
import { idempotencyOf } from './contracts.ts';
import { methodName, serviceName } from './paths.ts';
import type { Method } from './service.ts';
import { errorFrom } from './status.ts';

const READ_MS = 1_000;
const COMMAND_MS = 3_000;

const tracer = trace.getTracer('giaolo');

/** What is the same for all calls of a method, made once per client. */
export class OutgoingMethod {
  readonly path: string;
  readonly serialize: (value: unknown) => Buffer;
  readonly deserialize: (bytes: Buffer) => unknown;
  readonly #options: ConnectOptions;
  readonly #defaultMs: number | undefined;
  readonly #spanName: string;
  readonly #spanAttributes: Attributes;

  constructor(method: Method, options: ConnectOptions) {
    this.path = method.path;
    this.serialize = method.requestSerialize as (value: unknown) => Buffer;
    this.deserialize = method.responseDeserialize;
    this.#options = options;
    const unaryMs = idempotencyOf(method.path) === 'no side effects' ? READ_MS : COMMAND_MS;
    this.#defaultMs = method.requestStream || method.responseStream ? undefined : unaryMs;
    this.#spanName = method.path.slice(1);
    this.#spanAttributes = {
      'rpc.system': 'grpc',
      'rpc.service': serviceName(method.path),
      'rpc.method': methodName(method.path),
    };
  }

  /** Throws DEADLINE_PASSED when the call on whose behalf this one is made has no time left. */
  begin(options: CallOptions | undefined): OutgoingCall {
    const parent = options?.parent ?? ambient();
    const deadline = this.#deadline(options?.deadlineMs, parent?.deadline);
    const metadata = new Metadata();
    const token = options?.token ?? (this.#options.forward ? parent?.token : undefined) ?? this.#ownToken();
    if (token) metadata.set('authorization', `Bearer ${token}`);
    const span = tracer.startSpan(
      this.#spanName,
      { kind: SpanKind.CLIENT, attributes: this.#spanAttributes },
      context.active(),
    );
    const spanContext = span.spanContext();
    if (trace.isSpanContextValid(spanContext)) metadata.set('traceparent', formatTraceparent(spanContext));
    return { metadata, options: deadline === undefined ? {} : { deadline }, span };
  }

  #ownToken(): string | undefined {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : token;
  }

  #deadline(givenMs: number | undefined, parent: Instant | undefined): Instant | undefined {
    const ms = givenMs ?? this.#defaultMs;
    if (ms === undefined && parent === undefined) return undefined;
    const now = wallClock.now();
    const deadline = Math.min(
      ms === undefined ? Number.POSITIVE_INFINITY : now + ms,
      parent ?? Number.POSITIVE_INFINITY,
    );
    if (deadline <= now) throw deadlinePassed();
    return deadline;
  }
}

export interface OutgoingCall {
  readonly metadata: Metadata;
  readonly options: { readonly deadline?: Instant };
  readonly span: Span;
}

export function endSpan(span: Span, error: ServiceError | undefined): void {
  if (span.isRecording()) {
    span.setAttribute('rpc.grpc.status_code', error ? codes.indexOf(error.code) : 0);
    if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error.reason || error.code });
  }
  span.end();
}

/** What the library says by itself (no connection, too late) gets the reason that our services would give it. */
export function readError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const { code, details, metadata } = error as StatusError;
  if (typeof code !== 'number') return new ServiceError('UNKNOWN', '', 'the call failed', { cause: error });
  const read = errorFrom({ code, details, metadata });
  if (read.reason) return read;
  if (read.code === 'UNAVAILABLE') return dependencyUnavailable(read.message);
  if (read.code === 'DEADLINE_EXCEEDED') return deadlinePassed();
  return read;
}
