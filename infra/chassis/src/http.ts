import express, { type NextFunction, type Request, type Response, Router } from 'express';
import helmet from 'helmet';
import type { Rights } from './access.ts';
import { SessionCookie } from './http-cookie.ts';
import { Credentials } from './http-credentials.ts';
import { answerError, answerUnrouted } from './http-errors.ts';
import { observeRequest } from './http-observe.ts';
import { type Gate, type Route, serveRoute } from './http-route.ts';
import { sessionRoutes } from './http-session.ts';
import { Site } from './http-site.ts';
import type { Readiness } from './lifecycle.ts';
import { boundedServer, closeServer, listen, sendAwayWhenNotReady } from './listen.ts';
import type { Verifier } from './tokens.ts';

export interface HttpLimits {
  readonly maxBodyBytes: number;
  readonly headersMs: number;
  /** For the whole of the request to arrive; the response may take longer. */
  readonly requestMs: number;
  /** Longer than whoever balances in front of us keeps an idle connection, so that it never sends into a closed one. */
  readonly keepAliveMs: number;
  readonly maxConnections: number;
  /** How long requests under way may take to end when the server stops. */
  readonly stopMs: number;
}

export interface ServeHttp {
  /** `host:port`; port 0 = any. */
  readonly address: string;
  /** What it answers, beside `/v1/session`. */
  readonly routes: readonly Route[];
  readonly verifier: Verifier;
  readonly rights: Rights;
  /** `https://name` under which browsers come, where somebody ends TLS before us; absent = by a loopback name only. */
  readonly publicOrigin?: string | undefined;
  /** Content-Security-Policy directives, in place of or beside `default-src 'self'`. */
  readonly csp?: Readonly<Record<string, readonly string[]>>;
  readonly limits?: Partial<HttpLimits>;
  /** While not ready, callers are told to come back on another connection. */
  readonly readiness?: Readiness;
}

export interface HttpServer {
  readonly address: string;
  /** All that it answers, and to whom. */
  readonly routes: readonly Route[];
  /** End event streams before: they never end by themselves. */
  stop(): Promise<void>;
}

const defaultLimits: HttpLimits = {
  maxBodyBytes: 256 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 75_000,
  maxConnections: 20_000,
  stopMs: 5_000,
};

/**
 * Listens for HTTP. For every route: token or session -> principal, its role, a look at its rights before the answer
 * leaves; errors are answered as RFC 9457 problem details, unknown routes and methods too.
 */
export async function serveHttp(options: ServeHttp): Promise<HttpServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const site = new Site(options.publicOrigin);
  const cookie = new SessionCookie(site);
  const routes = [...sessionRoutes(cookie, site, options.verifier), ...options.routes];
  const router = routerOf(routes, {
    credentials: new Credentials(options.verifier, cookie, site),
    rights: options.rights,
    readBody: express.json({ limit: limits.maxBodyBytes }),
  });
  const app = express();
  app.disable('x-powered-by');
  app.use(observeRequest);
  app.use(security(options.csp));
  app.use((request, _response, next) => {
    site.requireOwnName(request);
    next();
  });
  app.use(router);
  app.use(answerUnrouted(router));
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    answerError(error, request, response),
  );
  const server = boundedServer(limits, app);
  if (options.readiness) sendAwayWhenNotReady(server, options.readiness);
  const address = await listen(server, options.address);
  return { address, routes, stop: () => closeServer(server, limits.stopMs) };
}

function routerOf(routes: readonly Route[], gate: Gate): Router {
  const router = Router();
  for (const route of routes) {
    const method = route.method.toLowerCase() as Lowercase<Route['method']>;
    router[method](route.path, serveRoute(route, gate));
  }
  return router;
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
