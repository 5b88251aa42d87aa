import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { NextFunction, Request, Response } from 'express';
import { durationBoundaries } from './durations.ts';
import { histogram } from './metrics.ts';
import { parseTraceparent } from './traceparent.ts';

const duration = histogram(
  'giaolo_http_request_duration_seconds',
  'Time from the arrival of a request to its end, by method, route and status',
  's',
  durationBoundaries,
);

const tracer = trace.getTracer('giaolo');

/** A span per request that continues the caller's trace, and its duration. Paths are named by their route only. */
export function observeRequest(request: Request, response: Response, next: NextFunction): void {
  const startedAt = performance.now();
  const parent = parseTraceparent(request.get('traceparent') ?? '');
  const parentContext = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  const span = tracer.startSpan(request.method, { kind: SpanKind.SERVER }, parentContext);
  response.once('close', () => {
    const route = `${request.baseUrl}${request.route?.path ?? '(none)'}`;
    const { statusCode: status } = response;
    duration.record((performance.now() - startedAt) / 1_000, { method: request.method, route, status });
    if (span.isRecording()) {
      span.updateName(`${request.method} ${route}`);
      span.setAttributes({
        'http.request.method': request.method,
        'http.route': route,
        'http.response.status_code': status,
      });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  });
  context.with(trace.setSpan(parentContext, span), next);
}
