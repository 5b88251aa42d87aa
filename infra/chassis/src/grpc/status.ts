import { BadRequest, ErrorInfo, LocalizedMessage, RetryInfo } from '@giaolo/proto/google/rpc/error_details';
import { Status } from '@giaolo/proto/google/rpc/status';
import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { type Code, codes, type ErrorDetails, type Language, type Localized, ServiceError } from '../errors.ts';

export const DETAILS_KEY = 'grpc-status-details-bin';

type Any = Status['details'][number];

/** A message that travels in `google.rpc.Status.details`, with the name by which it is found there. */
interface Detail<T> {
  encode(message: T): Any;
  decode(details: readonly Any[]): T[];
}

function detail<T>(
  name: string,
  codec: { encode(message: T): { finish(): Uint8Array }; decode(bytes: Uint8Array): T },
): Detail<T> {
  const typeUrl = `type.googleapis.com/google.rpc.${name}`;
  return {
    encode: (message) => ({ typeUrl, value: Buffer.from(codec.encode(message).finish()) }),
    decode: (details) => details.filter((any) => any.typeUrl === typeUrl).map(({ value }) => codec.decode(value)),
  };
}

const errorInfo = detail('ErrorInfo', ErrorInfo);
const badRequest = detail('BadRequest', BadRequest);
const retryInfo = detail('RetryInfo', RetryInfo);
const localizedMessage = detail('LocalizedMessage', LocalizedMessage);

// Callers choose some of these texts, and headers of more than 64 KiB end the connection with all calls on it.
const MOST_CHARACTERS = 200;
const LONGEST_MESSAGE = 1_000;

/** Half a character would not only look bad: grpc-js throws at one. */
const bounded = (text: string, most = MOST_CHARACTERS): string => text.slice(0, most).toWellFormed();

const boundedValues = (metadata: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, bounded(value)]));

/** `google.rpc.Status` as it stands in the trailer `grpc-status-details-bin`. */
export function encodeStatus(error: ServiceError): Buffer {
  const { reason, domain, violations, retryAfterMs, localized } = error;
  const details: Any[] = [];
  if (reason) details.push(errorInfo.encode({ reason, domain, metadata: boundedValues(error.metadata) }));
  if (violations.length > 0) {
    const fieldViolations = violations.map(({ field, description }) => ({
      field: bounded(field),
      description: bounded(description),
    }));
    details.push(badRequest.encode(BadRequest.fromPartial({ fieldViolations })));
  }
  if (retryAfterMs !== undefined)
    details.push(
      retryInfo.encode({
        retryDelay: { seconds: BigInt(Math.floor(retryAfterMs / 1_000)), nanos: (retryAfterMs % 1_000) * 1_000_000 },
      }),
    );
  for (const [locale, message] of Object.entries(localized ?? {}))
    details.push(localizedMessage.encode({ locale, message }));
  const message = bounded(error.message, LONGEST_MESSAGE);
  return Buffer.from(Status.encode({ code: codes.indexOf(error.code), message, details }).finish());
}

/** What grpc-js sends as the end of a call. */
export function statusOf(error: ServiceError): StatusObject {
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, encodeStatus(error));
  return { code: codes.indexOf(error.code), details: bounded(error.message, LONGEST_MESSAGE), metadata };
}

const localizedFrom = (messages: readonly LocalizedMessage[]): Localized | undefined => {
  const text = (language: Language) => messages.find(({ locale }) => locale === language)?.message;
  const [vi, en] = [text('vi'), text('en')];
  return vi !== undefined && en !== undefined ? { vi, en } : undefined;
};

function decodeDetails(bytes: Uint8Array): { reason: string } & ErrorDetails {
  const { details } = Status.decode(bytes);
  const [info] = errorInfo.decode(details);
  const delay = retryInfo.decode(details)[0]?.retryDelay;
  const localized = localizedFrom(localizedMessage.decode(details));
  return {
    reason: info?.reason ?? '',
    domain: info?.domain ?? '',
    metadata: info?.metadata ?? {},
    violations: badRequest.decode(details).flatMap(({ fieldViolations }) => fieldViolations),
    ...(delay && { retryAfterMs: Number(delay.seconds) * 1_000 + delay.nanos / 1_000_000 }),
    ...(localized && { localized }),
  };
}

/** Reads what a call ended with; details that cannot be read are left out. */
export function errorFrom(status: { code: number; details: string; metadata: Metadata | undefined }): ServiceError {
  const code: Code = codes[status.code] ?? 'UNKNOWN';
  const [bytes] = status.metadata?.get(DETAILS_KEY) ?? [];
  try {
    if (bytes instanceof Uint8Array) {
      const { reason, ...details } = decodeDetails(bytes);
      return new ServiceError(code, reason, status.details, details);
    }
  } catch {
    // The code and the message still say what happened.
  }
  return new ServiceError(code, '', status.details, { domain: '' });
}
