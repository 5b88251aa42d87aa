import type { Request } from 'express';
import { principalInvalid, principalMissing } from './errors.ts';
import type { SessionCookie } from './http-cookie.ts';
import type { Site } from './http-site.ts';
import type { Identity, Verifier } from './tokens.ts';

/** The token of an `Authorization` header. Throws PRINCIPAL_INVALID where it holds something else. */
export function bearerToken(request: Request): string | undefined {
  const header = request.get('authorization');
  if (header === undefined) return undefined;
  if (!header.startsWith('Bearer ')) throw principalInvalid('not a bearer token');
  return header.slice(7);
}

export const identify = async (verifier: Verifier, token: string): Promise<Identity> =>
  verifier.known(token) ?? (await verifier.verify(token));

/** Finds out who asks: by the bearer token, or by the session of the page. */
export class Credentials {
  readonly #verifier: Verifier;
  readonly #cookie: SessionCookie;
  readonly #site: Site;

  constructor(verifier: Verifier, cookie: SessionCookie, site: Site) {
    this.#verifier = verifier;
    this.#cookie = cookie;
    this.#site = site;
  }

  /** Throws PRINCIPAL_MISSING, PRINCIPAL_INVALID, PERMISSION_DENIED where another page sent our cookie. */
  async of(request: Request): Promise<Identity & { readonly token: string }> {
    const token = bearerToken(request) ?? this.#sessionToken(request);
    if (!token) throw principalMissing();
    return { ...(await identify(this.#verifier, token)), token };
  }

  #sessionToken(request: Request): string | undefined {
    const token = this.#cookie.read(request);
    if (token !== undefined) this.#site.requireOwnPage(request);
    return token;
  }
}
