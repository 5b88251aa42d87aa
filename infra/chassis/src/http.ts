import { createServer } from 'node:http';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import helmet from 'helmet';
import { answerError, answerUnrouted } from './http-errors.ts';
import { observeRequest } from './http-observe.ts';
import { identify } from './http-principal.ts';
import { closeServer, listen } from './listen.ts';
import type { Verifier } from './tokens.ts';

export interface HttpLimits {
  readonly maxBodyBytes: number;
  readonly headersMs: number;
  /** For the whole of the request to arrive; the response may take longer. */
  readonly requestMs: number;
  readonly maxConnections: number;
  /** How long requests under way may take to end when the server stops. */
  readonly stopMs: number;
}

export interface ServeHttp {
  /** `host:port`; port 0 = any. */
  readonly address: string;
  /** Adds the routes; they refuse by throwing ServiceError. */
  readonly routes: (router: Router) => void;
  /** Verifies tokens that come with requests; see `principalOf`. */
  readonly verifier?: Verifier;
  /** Content-Security-Policy directives, in place of or beside `default-src 'self'`. */
  readonly csp?: Readonly<Record<string, readonly string[]>>;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpServer {
  readonly address: string;
  /** End event streams before: they never end by themselves. */
  stop(): Promise<void>;
}

const defaultLimits: HttpLimits = {
  maxBodyBytes: 256 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  maxConnections: 20_000,
  stopMs: 5_000,
};

/** Listens for HTTP; errors are answered as RFC 9457 problem details, unknown routes and methods too. */
export async function serveHttp(options: ServeHttp): Promise<HttpServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const router = Router();
  options.routes(router);
  const app = express();
  app.disable('x-powered-by');
  app.use(observeRequest);
  app.use(security(options.csp));
  app.use(identify(options.verifier));
  app.use(express.json({ limit: limits.maxBodyBytes }));
  app.use(router);
  app.use(answerUnrouted(router));
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    answerError(error, request, response),
  );
  const server = createServer(app);
  server.headersTimeout = limits.headersMs;
  server.requestTimeout = limits.requestMs;
  server.maxConnections = limits.maxConnections;
  const address = await listen(server, options.address);
  return { address, stop: () => closeServer(server, limits.stopMs) };
}

function security(csp: ServeHttp['csp']) {
  const directives = Object.entries({ 'default-src': ["'self'"], ...csp });
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: Object.fromEntries(directives.map(([name, sources]) => [name, [...sources]])),
    },
    // Loopback and plain HTTP only, for now; whoever ends TLS before us sets this.
    strictTransportSecurity: false,
  });
}
