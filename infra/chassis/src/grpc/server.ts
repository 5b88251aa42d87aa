import { setImmediate as afterEvents, setTimeout as sleep } from 'node:timers/promises';
import {
  type handleUnaryCall,
  logVerbosity,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Rights } from '../access.ts';
import { ServiceError } from '../errors.ts';
import type { Readiness } from '../lifecycle.ts';
import type { Verifier } from '../tokens.ts';
import { defaultLimits, Edge, type GrpcLimits } from './edge.ts';
import { Health } from './health.ts';
import { cutOffLateRequests } from './late-requests.ts';
import { addReflection } from './reflection.ts';
import { countRefusedByLibrary } from './refused.ts';
import { OpenStreams, serveStream } from './serve-stream.ts';
import { serveUnary } from './serve-unary.ts';
import type { Implementation } from './service.ts';

export interface ServeGrpc {
  /** `host:port`; port 0 = any. */
  readonly address: string;
  readonly services: readonly Implementation[];
  readonly verifier: Verifier;
  readonly rights: Rights;
  /** Health follows it. */
  readonly readiness: Readiness;
  readonly reflection?: boolean;
  readonly limits?: Partial<GrpcLimits>;
}

export interface GrpcServer {
  /** Where it listens, with the port that was given. */
  readonly address: string;
  /** Not serving, no new calls; streams end with UNAVAILABLE, other calls may end by themselves for 5 s. */
  stop(): Promise<void>;
}

const AFTER_CUT_MS = 500;

// It quotes headers that it cannot read, tokens among them, in lines that any caller can make it write.
setLogVerbosity(logVerbosity.NONE);

const bytes = (value: Buffer): Buffer => value;

/** What streams are told when a replica goes away: another one takes the resume token. */
const stopping = (): ServiceError =>
  new ServiceError('UNAVAILABLE', 'STOPPING', 'this replica is going away; resume at another one', {
    metadata: { resumable: 'true' },
    retryAfterMs: 0,
  });

/**
 * Listens for gRPC. For every method: token -> principal, deadlines, errors with their details, a span that continues
 * the caller's trace, a duration by method and code, bounds on size, number and age.
 */
export async function serveGrpc(options: ServeGrpc): Promise<GrpcServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const edge = new Edge(limits, options.verifier, options.rights);
  const names = options.services.map(({ name }) => name);
  const health = new Health(names, options.readiness);
  const open = new OpenStreams();
  const server = new Server(serverOptions(limits));
  for (const service of [...options.services, health.implementation])
    server.addService(bytesOnly(service), handlersOf(edge, open, service));
  if (options.reflection ?? true) addReflection(server, [...names, health.implementation.name]);
  const port = await bind(server, options.address);
  const address = `${options.address.slice(0, options.address.lastIndexOf(':'))}:${port}`;
  const stopCounting = countRefusedByLibrary();
  const stopLooking = cutOffLateRequests(pathsWithOneRequest(options.services), limits.requestMs);
  return {
    address,
    async stop() {
      health.set(false);
      // Those who watch health hear it before their stream ends.
      await afterEvents();
      // Not forceShutdown: without channelz, grpc-js 1.14 does not find the connections to cut there.
      server.drain(address, limits.stopMs);
      open.endAll(stopping());
      const shut = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      // A connection that breaks just now is never told to have closed. By then the last one has been cut.
      await Promise.race([shut, sleep(limits.stopMs + AFTER_CUT_MS, undefined, { ref: false })]);
      stopCounting();
      stopLooking();
    },
  };
}

const pathsWithOneRequest = (services: readonly Implementation[]): ReadonlySet<string> =>
  new Set(
    services.flatMap(({ definition }) =>
      Object.values(definition).flatMap(({ path, requestStream }) => (requestStream ? [] : [path])),
    ),
  );

const serverOptions = (limits: GrpcLimits) => ({
  'grpc.max_receive_message_length': limits.maxMessageBytes,
  'grpc.max_send_message_length': limits.maxMessageBytes,
  'grpc.max_concurrent_streams': limits.maxConcurrentStreams,
  'grpc.max_connection_age_ms': limits.maxConnectionAgeMs,
  'grpc.max_connection_age_grace_ms': limits.maxConnectionAgeGraceMs,
  'grpc.keepalive_time_ms': limits.keepaliveMs,
  'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
  // Its per-call bookkeeping costs more than our metrics, which say the same.
  'grpc.enable_channelz': 0,
});

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

const bytesOnly = (service: Implementation): ServiceDefinition =>
  Object.fromEntries(
    Object.entries(service.definition).map(([name, { path, requestStream, responseStream }]) => [
      name,
      {
        path,
        requestStream,
        responseStream,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    ]),
  );

function handlersOf(edge: Edge, open: OpenStreams, service: Implementation): UntypedServiceImplementation {
  const entries = Object.entries(service.definition).map(([name, method]) => {
    const handler = service.handlers[name];
    const access = service.access[name];
    if (!handler || !access) throw new Error(`${method.path} has no handler, or nobody may call it`);
    const isStream = method.requestStream || method.responseStream;
    return [
      name,
      isStream ? serveStream(edge, open, method, handler, access) : serveUnary(edge, method, handler, access),
    ];
  });
  return Object.fromEntries(entries) as Record<string, handleUnaryCall<Buffer, Buffer>>;
}
