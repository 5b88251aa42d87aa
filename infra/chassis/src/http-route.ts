import type { Request, RequestHandler, Response } from 'express';
import { type Access, CallerRights, type Rights } from './access.ts';
import { type Ambient, within } from './ambient.ts';
import type { Instant } from './clock.ts';
import { ServiceError } from './errors.ts';
import type { Credentials } from './http-credentials.ts';
import type { Principal } from './principal.ts';

/** Who asks. */
export interface RouteCaller {
  readonly principal: Principal;
  /** What it may do with this route. An answer that was made without asking does not leave. */
  readonly rights: CallerRights;
  /** On the wall clock: when its token does not hold any more. */
  readonly expiresAt: Instant;
}

interface Place {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As Express has it: `/v1/lots/:lot`. */
  readonly path: string;
}

/** Refuses by throwing ServiceError. Public routes are given no body: nobody unknown makes us read one. */
export type Route = Place &
  (
    | { readonly access: 'public'; handle(request: Request, response: Response): unknown }
    | { readonly access: Access; handle(request: Request, response: Response, caller: RouteCaller): unknown }
  );

/** What every route stands behind. */
export interface Gate {
  readonly credentials: Credentials;
  readonly rights: Rights;
  /** Reads the body. */
  readonly readBody: RequestHandler;
}

const anonymous: Ambient = { deadline: undefined, token: undefined };

export const serveRoute =
  (route: Route, { credentials, rights, readBody }: Gate): RequestHandler =>
  async (request, response) => {
    if (route.access === 'public') {
      await within(anonymous, () => route.handle(request, response));
      return;
    }
    const { token, principal, expiresAt } = await credentials.of(request);
    const refusal = rights.roleRefusal(principal, route.access);
    if (refusal) throw refusal;
    const own = new CallerRights(rights, principal, route.access);
    holdBackUnjudged(request, response, own);
    await bodyOf(request, response, readBody);
    const caller: RouteCaller = { principal, rights: own, expiresAt };
    await within({ deadline: undefined, token }, () => route.handle(request, response, caller));
  };

function bodyOf(request: Request, response: Response, read: RequestHandler): Promise<void> {
  return new Promise((resolve, reject) => {
    read(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}

/** Fails what would be told to a caller whose rights nobody asked about; refusals may always leave. */
function holdBackUnjudged(request: Request, response: Response, rights: CallerRights): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => Response;
  response.writeHead = (status: number, ...rest: unknown[]) => {
    if (status < 400 && !rights.wasAsked)
      throw new Error(`${request.method} ${request.route.path} answers without having asked what its caller may see`);
    return writeHead(status, ...rest);
  };
}

/** What is said of a thing that is not there. */
export const nothingHere = (): ServiceError => new ServiceError('NOT_FOUND', '', 'there is nothing at this path');
