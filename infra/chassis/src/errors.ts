import type { ErrorReason } from '@giaolo/proto/giaolo/type/v1/error_reason';

/** The canonical gRPC codes; a code's place is its number on the wire. */
export const codes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type Code = (typeof codes)[number];

/** Reasons of the domain `giaolo`: any method of any service can answer them. */
export type CommonReason = keyof typeof ErrorReason extends infer Name
  ? Name extends `ERROR_REASON_${infer Reason}`
    ? Exclude<Reason, 'UNSPECIFIED'>
    : never
  : never;

export type Language = 'vi' | 'en';

/** A sentence for people. */
export type Localized = Readonly<Record<Language, string>>;

export interface FieldViolation {
  /** Path in the request, as in the contract: `observations[3].lot`. */
  readonly field: string;
  readonly description: string;
}

export interface ErrorDetails {
  /** Whose reason it is; `giaolo` for those that all services share. */
  readonly domain?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
  /** How long to wait before the next try. */
  readonly retryAfterMs?: number;
  readonly localized?: Localized;
  readonly cause?: unknown;
}

export const COMMON_DOMAIN = 'giaolo';

/**
 * An answer that is not the one asked for, the same on every wire. `message` is for developers, in English;
 * neither it nor the details may hold secrets or personal data.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: Code;
  /** UPPER_SNAKE_CASE, closed per domain; empty when the other side named none. */
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly localized: Localized | undefined;

  constructor(code: Code, reason: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.reason = reason;
    this.domain = details.domain ?? COMMON_DOMAIN;
    this.metadata = details.metadata ?? {};
    this.violations = details.violations ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.localized = details.localized;
  }

  /** The same request may well succeed in a moment. */
  get transient(): boolean {
    return this.code === 'UNAVAILABLE' || this.code === 'ABORTED' || this.retryAfterMs !== undefined;
  }
}

const common = (code: Code, reason: CommonReason, message: string, details?: ErrorDetails): ServiceError =>
  new ServiceError(code, reason, message, details);

export const principalMissing = (): ServiceError =>
  common('UNAUTHENTICATED', 'PRINCIPAL_MISSING', 'no bearer token came with the call', {
    localized: { vi: 'Bạn chưa đăng nhập.', en: 'You are not signed in.' },
  });

/** `why` must not quote the token. */
export const principalInvalid = (why: string): ServiceError =>
  common('UNAUTHENTICATED', 'PRINCIPAL_INVALID', `the bearer token is not accepted: ${why}`, {
    localized: { vi: 'Phiên đăng nhập không còn hợp lệ.', en: 'Your session is not valid any more.' },
  });

const MAX_VIOLATIONS = 20;

/** Keeps the first 20 violations: they travel in a header. */
export function requestInvalid(violations: readonly FieldViolation[]): ServiceError {
  const kept = violations.slice(0, MAX_VIOLATIONS);
  const what = kept.map(({ field, description }) => `${field} ${description}`).join('; ');
  return common('INVALID_ARGUMENT', 'REQUEST_INVALID', `the request is not valid: ${what}`, {
    violations: kept,
    localized: { vi: 'Yêu cầu không hợp lệ.', en: 'The request is not valid.' },
  });
}

export const requestIdReused = (): ServiceError =>
  common('ALREADY_EXISTS', 'REQUEST_ID_REUSED', 'the request id was used with another body in the last 24 h', {
    localized: {
      vi: 'Mã yêu cầu đã được dùng cho một yêu cầu khác.',
      en: 'This request id was used for something else.',
    },
  });

export const deadlinePassed = (): ServiceError =>
  common('DEADLINE_EXCEEDED', 'DEADLINE_PASSED', 'the deadline of the call has passed', {
    localized: { vi: 'Đã quá thời hạn xử lý.', en: 'This took too long.' },
  });

export const contended = (): ServiceError =>
  common('ABORTED', 'CONTENDED', 'too many competing changes; retry with the same request id', {
    retryAfterMs: 100,
    localized: {
      vi: 'Có quá nhiều thay đổi cùng lúc, hãy thử lại.',
      en: 'Too many changes at once, please try again.',
    },
  });

export const overloaded = (what: string, retryAfterMs = 1_000): ServiceError =>
  common('RESOURCE_EXHAUSTED', 'OVERLOADED', what, {
    retryAfterMs,
    localized: { vi: 'Hệ thống đang quá tải, hãy thử lại sau.', en: 'The system is busy, please try again later.' },
  });

export const dependencyUnavailable = (what: string, cause?: unknown): ServiceError =>
  common('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', what, {
    retryAfterMs: 1_000,
    cause,
    localized: { vi: 'Hệ thống tạm thời gián đoạn.', en: 'The system is temporarily unavailable.' },
  });

export const slowReader = (): ServiceError =>
  common('RESOURCE_EXHAUSTED', 'SLOW_READER', 'the stream was not read in time; resume by the last token', {
    retryAfterMs: 1_000,
    localized: { vi: 'Kết nối quá chậm, đang nối lại.', en: 'The connection is too slow, reconnecting.' },
  });

export const roleMissing = (wanted: readonly string[]): ServiceError =>
  common('PERMISSION_DENIED', 'ROLE_MISSING', 'no role of the caller allows this', {
    metadata: { wanted: wanted.join(',') },
    localized: { vi: 'Bạn không có quyền thực hiện việc này.', en: 'You do not have the right to do this.' },
  });

export const unitForeign = (unit: string): ServiceError =>
  common('PERMISSION_DENIED', 'UNIT_FOREIGN', 'this belongs to a unit that the grants of the caller do not reach', {
    metadata: { unit },
    localized: {
      vi: 'Đối tượng này thuộc đơn vị hành chính khác.',
      en: 'This belongs to another administrative unit.',
    },
  });

/** What a fault of the code looks like from outside: nothing of the inside leaves. */
export const internalError = (cause: unknown): ServiceError =>
  new ServiceError('INTERNAL', '', 'internal error', {
    cause,
    localized: { vi: 'Đã có lỗi xảy ra.', en: 'Something went wrong.' },
  });

/** How a refusal of a domain is told to the outside. */
export interface Refused extends Localized {
  readonly code: Code;
  readonly retryAfterMs?: number;
}

/**
 * Ties each refusal of a domain to its answer. The table is exhaustive by its type:
 * `const refused = refusals<ReserveRefusal>('parking.giaolo', {...}); throw refused(outcome.reason)`.
 */
export function refusals<Refusal extends string>(
  domain: string,
  table: Readonly<Record<Refusal, Refused>>,
): (reason: Refusal, metadata?: Readonly<Record<string, string>>) => ServiceError {
  return (reason, metadata = {}) => {
    const { code, retryAfterMs, vi, en } = table[reason];
    const retry = retryAfterMs === undefined ? {} : { retryAfterMs };
    return new ServiceError(code, reason, en, { domain, metadata, localized: { vi, en }, ...retry });
  };
}
