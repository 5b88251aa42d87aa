import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readiness } from './lifecycle.ts';
import { boundedServer, closeServer, listen } from './listen.ts';
import type { Telemetry } from './telemetry.ts';

const CHECK_MS = 1_000;
const LIMITS = { headersMs: 5_000, requestMs: 5_000, keepAliveMs: 5_000, maxConnections: 64 };

export interface ServeOps {
  /** `host:port`; port 0 = any. */
  readonly address: string;
  readonly readiness: Readiness;
  readonly telemetry: Pick<Telemetry, 'metrics'>;
  /** What must answer within 1 s for this process to be of use, such as a PING; by name. */
  readonly checks?: Readonly<Record<string, () => Promise<unknown>>>;
}

export interface OpsServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** `/livez`: the event loop turns, no more. `/readyz`: started, not stopping, checks pass. `/metrics`: Prometheus. */
export async function serveOps(options: ServeOps): Promise<OpsServer> {
  const server = boundedServer(LIMITS, (request, response) => void answer(options, request, response));
  const address = await listen(server, options.address);
  return { address, stop: () => closeServer(server) };
}

async function answer(options: ServeOps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (request.url) {
    case '/livez':
      return say(response, 200, 'ok');
    case '/metrics':
      return options.telemetry.metrics(request, response);
    case '/readyz': {
      if (!options.readiness.isReady()) return say(response, 503, 'starting or stopping');
      const failed = await failedChecks(options.checks ?? {});
      return failed.length > 0 ? say(response, 503, `no answer: ${failed.join(', ')}`) : say(response, 200, 'ok');
    }
    default:
      return say(response, 404, 'not found');
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end(`${text}\n`);
}

async function failedChecks(checks: NonNullable<ServeOps['checks']>): Promise<string[]> {
  const names = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const late = AbortSignal.timeout(CHECK_MS);
      const tooLate = new Promise<never>((_, reject) => late.addEventListener('abort', () => reject(late.reason)));
      return Promise.race([check(), tooLate]).then(
        () => undefined,
        () => name,
      );
    }),
  );
  return names.filter((name) => name !== undefined);
}
