import type { z } from 'zod';
import { Rights } from './access.ts';
import type { Bus } from './bus.ts';
import { type Clock, wallClock } from './clock.ts';
import type { baseConfig } from './config.ts';
import { type Decisions, openDecisions } from './decisions.ts';
import { followUnits } from './follow-units.ts';
import { serveGrpc } from './grpc/server.ts';
import type { Implementation } from './grpc/service.ts';
import { openKafkaBus } from './kafka/bus.ts';
import type { Lifecycle } from './lifecycle.ts';
import { serveOps } from './ops.ts';
import { isStateTopic } from './state-records.ts';
import { startTelemetry } from './telemetry.ts';
import { type Verifier, verifier } from './tokens.ts';

export type BaseConfig = z.output<typeof baseConfig>;

/** What a service may send and read. */
export interface Messages {
  readonly produces: readonly { readonly name: string }[];
  readonly consumes: readonly { readonly name: string }[];
}

/** A service as it stands on the chassis, before it has said what it does. */
export interface Opened {
  readonly clock: Clock;
  readonly bus: Bus;
  readonly verifier: Verifier;
  /** By the units as the registry tells them, on wall time: rights are people's, whatever time a city is played in. */
  readonly rights: Rights;
  /** Names something that must answer within a second for this replica to be of use. */
  check(name: string, answer: () => Promise<unknown>): void;
  /** For services that decide. */
  openDecisions(): Promise<Decisions>;
  /** Listens for gRPC; the last step. Resolves with the address that it got. */
  serve(services: readonly Implementation[]): Promise<string>;
}

/**
 * Starts what every service stands on, in this order: telemetry, the ops endpoints, the bus. What is started later is
 * stopped earlier: first no more calls, then no more records, then the outbox, the bus and the stores.
 */
export async function openService(lifecycle: Lifecycle, config: BaseConfig, messages: Messages): Promise<Opened> {
  const { GIAOLO_SERVICE: service, GIAOLO_CLOCK: clock } = config;
  const telemetry = startTelemetry({
    service,
    traceRatio: config.GIAOLO_TRACE_RATIO,
    otlpEndpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  });
  lifecycle.onStop('telemetry', () => telemetry.stop());
  const checks: Record<string, () => Promise<unknown>> = {};
  const { readiness } = lifecycle;
  const ops = await serveOps({ address: config.GIAOLO_OPS_ADDRESS, readiness, telemetry, checks });
  lifecycle.onStop('ops', () => ops.stop());
  const bus = openKafkaBus({
    service,
    brokers: config.KAFKA_BROKERS,
    clock,
    topicPrefix: config.GIAOLO_TOPIC_PREFIX,
    ...messages,
  });
  lifecycle.onStop('bus', () => bus.close());
  const keys = await verifier(config.GIAOLO_JWKS_FILE);
  lifecycle.onStop('keys', () => keys.stop());
  const rights = new Rights(await followUnits(bus), wallClock);

  return {
    clock,
    bus,
    verifier: keys,
    rights,
    check: (name, answer) => {
      checks[name] = answer;
    },
    async openDecisions() {
      const address = config.GIAOLO_GRPC_ADDRESS;
      const stateTopics = messages.produces.filter(({ name }) => isStateTopic(name));
      const own = { service, redisUrl: config.REDIS_URL, clock, bus, stateTopics, address };
      const decisions = await openDecisions(lifecycle, own);
      checks['redis'] = decisions.ping;
      return decisions;
    },
    async serve(services) {
      lifecycle.onStop('consumers', () => bus.stopConsuming());
      const server = await serveGrpc({
        address: config.GIAOLO_GRPC_ADDRESS,
        services,
        verifier: keys,
        rights,
        readiness,
        reflection: config.GIAOLO_GRPC_REFLECTION,
      });
      lifecycle.onStop('grpc', () => server.stop());
      return server.address;
    },
  };
}
