import type { ServerDuplexStream } from '@grpc/grpc-js';
import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { CallerRights } from '../access.ts';
import { type Ambient, within } from '../ambient.ts';
import { type Instant, wallClock } from '../clock.ts';
import { durationBoundaries } from '../durations.ts';
import { type Code, codes, principalMissing } from '../errors.ts';
import { histogram } from '../metrics.ts';
import type { Principal } from '../principal.ts';
import type { Identity } from '../tokens.ts';
import { formatTraceparent, parseTraceparent } from '../traceparent.ts';
import { methodName, serviceName } from './paths.ts';

/** What a handler is told about the call it answers. */
export interface Call {
  /** Who calls; throws PRINCIPAL_MISSING in services that answer callers without a token. */
  readonly principal: Principal;
  /** What the caller may do with this method; throws PRINCIPAL_MISSING as `principal` does. */
  readonly rights: CallerRights;
  /** `giaolo.parking.v1.ParkingService/GetLot` */
  readonly method: string;
  /** On the wall clock; streams may have none. */
  readonly deadline: Instant | undefined;
  /** Aborts when nobody waits for the answer any more: cancelled, past its deadline, or the server stops. */
  readonly signal: AbortSignal;
  /** Of the span of this call; empty when the caller sent none and traces are off. */
  readonly traceparent: string;
}

/** What grpc-js hands to a handler, whatever its kind; messages as bytes. */
export type Surface = Omit<ServerDuplexStream<Buffer, Buffer>, 'request'> & { readonly request?: Buffer };

const duration = histogram(
  'giaolo_rpc_duration_seconds',
  'Time from the arrival of a call to its end, by method and code',
  's',
  durationBoundaries,
);

/** What is the same for all calls of a method, made once. */
export class MethodInfo {
  readonly name: string;
  readonly spanAttributes: Attributes;
  readonly #metricAttributes: Attributes[];

  constructor(path: string) {
    this.name = path.slice(1);
    this.spanAttributes = { 'rpc.system': 'grpc', 'rpc.service': serviceName(path), 'rpc.method': methodName(path) };
    this.#metricAttributes = codes.map((code) => ({ method: this.name, code }));
  }

  count(code: Code, seconds: number): void {
    duration.record(seconds, this.#metricAttributes[codes.indexOf(code)]);
  }
}

/** Codes by which a server says that the fault is its own. */
const serverFaults: ReadonlySet<Code> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

const tracer = trace.getTracer('giaolo');

function parentOf(surface: Surface): Context {
  const [text] = surface.metadata.get('traceparent');
  const parent = typeof text === 'string' ? parseTraceparent(text) : undefined;
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/** A call from its arrival to its end. The token is reachable by code, but is no property that a log line would show. */
export class ServerCall implements Call, Ambient {
  readonly surface: Surface;
  readonly info: MethodInfo;
  readonly deadline: Instant | undefined;
  /** The deadline is ours, so nobody else keeps it. */
  readonly hasOwnDeadline: boolean;
  readonly #span: Span;
  readonly #context: Context;
  readonly #startedAt = performance.now();
  #identity: Identity | undefined;
  #rights: CallerRights | undefined;
  #token: string | undefined;
  #abort: AbortController | undefined;
  #isOver = false;

  /** `capMs` is the deadline of calls that come without; undefined = none. */
  constructor(info: MethodInfo, surface: Surface, capMs: number | undefined) {
    this.info = info;
    this.surface = surface;
    const deadline = Number(surface.getDeadline());
    this.hasOwnDeadline = !Number.isFinite(deadline) && capMs !== undefined;
    if (Number.isFinite(deadline)) this.deadline = deadline;
    else this.deadline = capMs === undefined ? undefined : wallClock.now() + capMs;
    const parent = parentOf(surface);
    this.#span = tracer.startSpan(info.name, { kind: SpanKind.SERVER, attributes: info.spanAttributes }, parent);
    this.#context = trace.setSpan(parent, this.#span);
  }

  get method(): string {
    return this.info.name;
  }

  get principal(): Principal {
    if (!this.#identity) throw principalMissing();
    return this.#identity.principal;
  }

  get rights(): CallerRights {
    if (!this.#rights) throw principalMissing();
    return this.#rights;
  }

  /** When the caller's token does not hold any more; undefined without one. */
  get expiresAt(): Instant | undefined {
    return this.#identity?.expiresAt;
  }

  /** A fault of the code where an answer is about to leave that was made without a look at the caller's rights. */
  requireJudged(): void {
    if (this.#rights && !this.#rights.wasAsked)
      throw new Error(`${this.method} answers without having asked what its caller may see`);
  }

  get token(): string | undefined {
    return this.#token;
  }

  get traceparent(): string {
    const spanContext = this.#span.spanContext();
    return trace.isSpanContextValid(spanContext) ? formatTraceparent(spanContext) : '';
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      if (this.isGone) abort.abort();
      // grpc-js also says `cancelled` after a proper end.
      else this.surface.once('cancelled', () => this.#isOver || abort.abort());
    }
    return this.#abort.signal;
  }

  /** It has ended, or nobody waits for its answer. */
  get isGone(): boolean {
    return this.#isOver || this.surface.cancelled;
  }

  get isPastDeadline(): boolean {
    return this.deadline !== undefined && this.deadline <= wallClock.now();
  }

  identify(identity: Identity, token: string, rights: CallerRights): void {
    this.#identity = identity;
    this.#token = token;
    this.#rights = rights;
  }

  /** Runs the work that belongs to this call, so that calls and log lines inside are linked to it. */
  run<Result>(work: (call: ServerCall) => Result): Result {
    return within(this, inSpan, this, work) as Result;
  }

  /** Counts the call and ends its span, once. A caller who had gone already did not get `code`. */
  end(code: Code): void {
    if (this.#isOver) return;
    const told = this.surface.cancelled ? (this.isPastDeadline ? 'DEADLINE_EXCEEDED' : 'CANCELLED') : code;
    this.#isOver = true;
    if (told !== 'OK') this.#abort?.abort();
    this.info.count(told, (performance.now() - this.#startedAt) / 1_000);
    if (this.#span.isRecording()) {
      this.#span.setAttribute('rpc.grpc.status_code', codes.indexOf(told));
      if (serverFaults.has(told)) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }

  get spanInContext(): Context {
    return this.#context;
  }
}

const inSpan = (call: ServerCall, work: (call: ServerCall) => unknown): unknown =>
  context.with(call.spanInContext, work, undefined, call);
