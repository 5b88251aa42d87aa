import type { Request, RequestHandler } from 'express';
import { type Ambient, within } from './ambient.ts';
import { principalInvalid, principalMissing } from './errors.ts';
import type { Principal } from './principal.ts';
import type { Verifier } from './tokens.ts';

const principals = new WeakMap<Request, Principal>();

/** Who asks. Throws PRINCIPAL_MISSING where the request came without a token. */
export function principalOf(request: Request): Principal {
  const principal = principals.get(request);
  if (!principal) throw principalMissing();
  return principal;
}

const anonymous: Ambient = { deadline: undefined, token: undefined };

/** A request without a token goes on, and is refused by routes that ask `principalOf`; one with a bad token is not. */
export const identify =
  (verifier: Verifier | undefined): RequestHandler =>
  async (request, _response, next) => {
    const header = request.get('authorization');
    if (!verifier || header === undefined) return within(anonymous, () => next());
    if (!header.startsWith('Bearer ')) throw principalInvalid('not a bearer token');
    const token = header.slice(7);
    principals.set(request, verifier.known(token) ?? (await verifier.verify(token)));
    within({ deadline: undefined, token }, () => next());
  };
