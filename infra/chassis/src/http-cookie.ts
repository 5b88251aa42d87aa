import type { CookieOptions, Request, Response } from 'express';
import { wallClock } from './clock.ts';
import { demand } from './demand.ts';
import type { Site } from './http-site.ts';
import type { Identity } from './tokens.ts';

// Browsers drop cookies above 4,096 bytes, name and attributes included.
const MAX_COOKIE_LENGTH = 3_800;

/** The session of a page, in a cookie that scripts cannot read; for now the bearer token is the session. */
export class SessionCookie {
  readonly #name: string;
  readonly #options: CookieOptions;

  constructor({ isSecure }: Site) {
    // The prefix binds it to this host and to TLS; plain HTTP is for the loopback interface only.
    this.#name = isSecure ? '__Host-giaolo_session' : 'giaolo_session';
    this.#options = { httpOnly: true, sameSite: 'strict', path: '/', secure: isSecure };
  }

  /** The bearer token of the session; undefined without one. */
  read(request: Request): string | undefined {
    for (const pair of (request.get('cookie') ?? '').split(';')) {
      const [name, value] = pair.trim().split('=', 2);
      if (name === this.#name) return value || undefined;
    }
    return undefined;
  }

  /** Throws REQUEST_INVALID where a browser could not keep it. */
  begin(response: Response, token: string, { expiresAt }: Identity): void {
    demand({ Authorization: [token.length <= MAX_COOKIE_LENGTH, 'must fit into a cookie'] });
    response.cookie(this.#name, token, { ...this.#options, maxAge: expiresAt - wallClock.now() });
  }

  end(response: Response): void {
    response.clearCookie(this.#name, this.#options);
  }
}
