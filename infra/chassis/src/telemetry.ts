import type { IncomingMessage, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { memoryUsage } from 'node:process';
import { context, DiagLogLevel, diag, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { log } from './log.ts';
import { gauge } from './metrics.ts';

export interface TelemetryOptions {
  readonly service: string;
  /** Share of the traces begun here that are recorded; those begun elsewhere follow their beginning. */
  readonly traceRatio: number;
  /** OTLP/HTTP receiver; without one, trace ids still travel and stand in the log. */
  readonly otlpEndpoint?: string | undefined;
}

export interface Telemetry {
  /** Answers with all metrics in the text format of Prometheus. */
  metrics(request: IncomingMessage, response: ServerResponse): void;
  /** Sends the spans that wait now; for tests. */
  flush(): Promise<void>;
  /** Sends what waits and takes the providers out again. */
  stop(): Promise<void>;
}

const EXPORT_TIMEOUT_MS = 3_000;
const SEND_EVERY_MS = 1_000;

/** Makes the telemetry API work for this process. Call it before anything is started. */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const resource = resourceFromAttributes({ 'service.name': options.service });
  const tracerProvider = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.traceRatio) }),
    spanProcessors: options.otlpEndpoint ? [toReceiver(options.otlpEndpoint)] : [],
  });
  const prometheus = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const meterProvider = new MeterProvider({ resource, readers: [prometheus] });
  diag.setLogger(complaints, DiagLogLevel.ERROR);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracerProvider);
  metrics.setGlobalMeterProvider(meterProvider);
  const stopRuntime = observeRuntime();
  return {
    metrics: (request, response) => prometheus.getMetricsRequestHandler(request, response),
    flush: () => tracerProvider.forceFlush(),
    async stop() {
      stopRuntime();
      await tracerProvider.shutdown();
      await meterProvider.shutdown();
      for (const api of [trace, context, metrics, diag]) api.disable();
    },
  };
}

const complain = (message: string) => log.warn({ why: message }, 'telemetry is lost');
const silent = () => {};
const complaints = { error: complain, warn: silent, info: silent, debug: silent, verbose: silent };

const toReceiver = (endpoint: string): SpanProcessor =>
  new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({
      url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
    }),
    exportTimeoutMillis: EXPORT_TIMEOUT_MS,
    scheduledDelayMillis: SEND_EVERY_MS,
  });

/** The two numbers that tell whether a Node process can keep up. */
function observeRuntime(): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  gauge('giaolo_event_loop_delay_p99_seconds', 'Delay of the event loop since the last reading', (result) => {
    result.observe(delay.percentile(99) / 1e9);
    delay.reset();
  });
  gauge('giaolo_heap_used_bytes', 'Heap in use', (result) => result.observe(memoryUsage().heapUsed));
  return () => delay.disable();
}
