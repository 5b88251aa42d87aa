import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type HttpServer, type ServeHttp, serveHttp } from '@giaolo/chassis/http';
import type { Principal, Role, Unit } from '@giaolo/chassis/principal';
import { ownUnitOnly } from '@giaolo/chassis/testing/rights';
import { issueToken, makeKeyPair, verifierOf } from '@giaolo/chassis/tokens';

export const here: Unit = { code: '77', validFrom: '2025-07-01' };
export const elsewhere: Unit = { code: '79', validFrom: '2025-07-01' };

export const an = (role: Role = 'operator', unit = here): Principal => ({
  subject: 'user:an',
  unit: here,
  grants: [{ role, unit }],
});

type Headers = Readonly<Record<string, string>>;

export interface HttpFixture {
  readonly server: HttpServer;
  token(principal?: Principal, lifetimeMs?: number): Promise<string>;
  /** Sends a request on a connection of its own, with the headers as they are. */
  send(method: string, path: string, headers?: Headers, body?: string): ClientRequest;
  /** The answer, its body read as JSON where there is one. */
  ask(
    method: string,
    path: string,
    headers?: Headers,
    body?: string,
  ): Promise<{ status: number | undefined; headers: IncomingMessage['headers']; body: Record<string, unknown> }>;
}

export const answerTo = (sent: ClientRequest) =>
  new Promise<IncomingMessage>((resolve, reject) => sent.on('response', resolve).on('error', reject));

/** The real HTTP edge on a free port; units stand for themselves. */
export async function serveRoutes(
  routes: ServeHttp['routes'],
  options: Partial<Pick<ServeHttp, 'csp' | 'publicOrigin'>> = {},
): Promise<HttpFixture> {
  const keys = await makeKeyPair();
  const server = await serveHttp({
    address: '127.0.0.1:0',
    routes,
    verifier: verifierOf(keys.jwks),
    rights: ownUnitOnly(),
    ...options,
  });
  const [host, port] = server.address.split(':');
  const send: HttpFixture['send'] = (method, path, headers = {}, body) =>
    request({ host, port, method, path, headers, agent: false }).end(body);
  return {
    server,
    token: (principal = an(), lifetimeMs = 60_000) => issueToken(keys.privateJwk, principal, lifetimeMs),
    send,
    async ask(...asked) {
      const response = await answerTo(send(...asked));
      const body = await text(response);
      return { status: response.statusCode, headers: response.headers, body: body ? JSON.parse(body) : {} };
    },
  };
}
