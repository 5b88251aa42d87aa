import { trace } from '@opentelemetry/api';
import { pino } from 'pino';

/** Structured log to standard output; `run` adds the name of the service, and lines inside a span carry its ids. */
export const log = pino({
  level: process.env['GIAOLO_LOG_LEVEL'] ?? 'info',
  base: null,
  formatters: { level: (label) => ({ level: label }) },
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  redact: ['authorization', '*.authorization', 'token', '*.token'],
  mixin: () => {
    const span = trace.getActiveSpan()?.spanContext();
    return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
  },
});
