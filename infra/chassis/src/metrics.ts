import { type Attributes, type Counter, type Histogram, metrics, type ObservableResult } from '@opentelemetry/api';

// The metrics API has no proxy: an instrument made before the provider is registered stays mute for ever.
// So instruments are made on first use, which lets modules declare theirs at the top.
const meter = () => metrics.getMeter('giaolo');

export interface Count {
  add(value: number, attributes?: Attributes): void;
}

export interface Distribution {
  record(value: number, attributes?: Attributes): void;
}

export function counter(name: string, description: string): Count {
  let made: Counter | undefined;
  return {
    add: (value, attributes) => {
      made ??= meter().createCounter(name, { description });
      made.add(value, attributes);
    },
  };
}

/** `unit` in UCUM, such as `s` or `By`. */
export function histogram(name: string, description: string, unit: string, boundaries?: number[]): Distribution {
  let made: Histogram | undefined;
  return {
    record: (value, attributes) => {
      made ??= meter().createHistogram(name, {
        description,
        unit,
        ...(boundaries && { advice: { explicitBucketBoundaries: boundaries } }),
      });
      made.record(value, attributes);
    },
  };
}

/** Call after telemetry was started. */
export function gauge(name: string, description: string, observe: (result: ObservableResult) => void): void {
  meter().createObservableGauge(name, { description }).addCallback(observe);
}
