import type { Request, RequestHandler, Response, Router } from 'express';
import { internalError, type Language, ServiceError } from './errors.ts';
import { nothingHere } from './http-route.ts';
import { log } from './log.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

const languages: Language[] = ['vi', 'en'];

const languageOf = (request: Request): Language => (request.acceptsLanguages(languages) || 'en') as Language;

/** Answers with a problem. `status` only where HTTP has a finer word than the gRPC code. */
export function answerProblem(request: Request, response: Response, error: ServiceError, status?: number): void {
  // What was begun can only be broken off, so that nobody takes it for the whole.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = problemOf(error, languageOf(request), status);
  if (error.retryAfterMs !== undefined) response.set('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
  response.status(problem.status).set('cache-control', 'no-store').type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

export function answerError(error: unknown, request: Request, response: Response): void {
  const status = statusGivenByExpress(error);
  if (error instanceof ServiceError) answerProblem(request, response, error);
  else if (status !== undefined) {
    const what = status === 413 ? 'the body is too large' : 'the request cannot be read';
    answerProblem(request, response, new ServiceError('INVALID_ARGUMENT', 'REQUEST_INVALID', what), status);
  } else {
    log.error({ err: error, method: request.method, route: request.route?.path }, 'a route failed');
    answerProblem(request, response, internalError(error));
  }
}

/** Bodies and paths that Express itself could not read carry a status of 4xx. */
function statusGivenByExpress(error: unknown): number | undefined {
  const { status } = (error ?? {}) as { status?: unknown };
  return error instanceof Error && typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): unknown;
}

/** 405 with `Allow` where the path is known with another method, else 404. */
export const answerUnrouted =
  (router: Router): RequestHandler =>
  (request, response) => {
    const layers = router.stack as unknown as readonly Layer[];
    const methods = layers
      .filter((layer) => layer.route && layer.match(request.path))
      .flatMap((layer) => Object.keys(layer.route?.methods ?? {}))
      .map((method) => method.toUpperCase());
    if (methods.length === 0) return answerProblem(request, response, nothingHere());
    response.set('allow', [...new Set(methods)].join(', '));
    answerProblem(request, response, new ServiceError('UNIMPLEMENTED', '', 'not with this method'), 405);
  };
