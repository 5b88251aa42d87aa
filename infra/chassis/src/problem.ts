import type { Code, FieldViolation, Language, ServiceError } from './errors.ts';

/** The HTTP status of each gRPC code, as google.rpc.Code has it. */
export const httpStatus: Readonly<Record<Code, number>> = {
  OK: 200,
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

export const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457, with the reason and domain of the gRPC answer. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly reason: string;
  readonly domain: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
}

/** `detail` speaks to people where the error has words for them; `status` may be given by a route that knows better. */
export function problemOf(error: ServiceError, language: Language = 'en', status = httpStatus[error.code]): Problem {
  return {
    type: error.reason ? `urn:giaolo:error:${error.domain}:${error.reason}` : 'about:blank',
    title: (error.reason || error.code).toLowerCase().replaceAll('_', ' '),
    status,
    detail: error.localized?.[language] ?? error.message,
    reason: error.reason,
    domain: error.domain,
    ...(Object.keys(error.metadata).length > 0 && { metadata: error.metadata }),
    ...(error.violations.length > 0 && { violations: error.violations }),
  };
}
