import { principalMissing } from './errors.ts';
import type { SessionCookie } from './http-cookie.ts';
import { bearerToken, identify } from './http-credentials.ts';
import type { Route } from './http-route.ts';
import type { Site } from './http-site.ts';
import type { Identity, Verifier } from './tokens.ts';

/** What a page reads of its session; `expiresAt` in epoch milliseconds on the wall clock. */
const told = ({ principal, expiresAt }: Pick<Identity, 'principal' | 'expiresAt'>) => ({ ...principal, expiresAt });

/** Begins a session by a bearer token, tells whose it is, and ends it. */
export const sessionRoutes = (cookie: SessionCookie, site: Site, verifier: Verifier): Route[] => [
  {
    method: 'POST',
    path: '/v1/session',
    // Its header is the proof: no other page can make a browser send one.
    access: 'public',
    async handle(request, response) {
      const token = bearerToken(request);
      if (!token) throw principalMissing();
      const identity = await identify(verifier, token);
      cookie.begin(response, token, identity);
      response.status(201).set('cache-control', 'no-store').json(told(identity));
    },
  },
  {
    method: 'GET',
    path: '/v1/session',
    access: 'anyone',
    handle(_request, response, caller) {
      response.set('cache-control', 'no-store').json(told(caller));
    },
  },
  {
    method: 'DELETE',
    path: '/v1/session',
    // Also for who has none any more.
    access: 'public',
    handle(request, response) {
      if (cookie.read(request) !== undefined) site.requireOwnPage(request);
      cookie.end(response);
      response.status(204).end();
    },
  },
];
