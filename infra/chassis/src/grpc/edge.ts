import { type Access, CallerRights, type MethodAccess, type Rights } from '../access.ts';
import { deadlinePassed, internalError, principalMissing, requestInvalid, ServiceError } from '../errors.ts';
import { log } from '../log.ts';
import type { Identity, Verifier } from '../tokens.ts';
import type { ServerCall, Surface } from './call.ts';
import type { Method } from './service.ts';

export interface GrpcLimits {
  /** How long the one request of a call may take to arrive. */
  readonly requestMs: number;
  /** Deadline of unary calls that come without one. */
  readonly unaryDeadlineMs: number;
  /** How long a stream may wait for its reader before it is cut off. */
  readonly slowReaderMs: number;
  readonly maxMessageBytes: number;
  /**
   * Per connection. Node counts calls that were cancelled until it has cleared them away, and cuts the whole connection
   * where more come meanwhile: more than all callers of one connection have under way when they give up at once.
   */
  readonly maxConcurrentStreams: number;
  readonly maxConnectionAgeMs: number;
  /** How long calls may go on, on a connection that is too old for new ones. */
  readonly maxConnectionAgeGraceMs: number;
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
  /** How long calls under way may take to end when the server stops. */
  readonly stopMs: number;
}

export const defaultLimits: GrpcLimits = {
  requestMs: 10_000,
  unaryDeadlineMs: 10_000,
  slowReaderMs: 10_000,
  maxMessageBytes: 1024 * 1024,
  maxConcurrentStreams: 1_000,
  maxConnectionAgeMs: 5 * 60_000,
  maxConnectionAgeGraceMs: 10 * 60_000,
  keepaliveMs: 30_000,
  keepaliveTimeoutMs: 10_000,
  stopMs: 5_000,
};

/** What stands between the network and all handlers of a server. */
export class Edge {
  readonly limits: GrpcLimits;
  readonly #verifier: Verifier;
  readonly #rights: Rights;

  constructor(limits: GrpcLimits, verifier: Verifier, rights: Rights) {
    this.limits = limits;
    this.#verifier = verifier;
    this.#rights = rights;
  }

  /**
   * False when the caller's token must be verified first: see `identify`. Throws DEADLINE_PASSED, PRINCIPAL_MISSING,
   * ROLE_MISSING.
   */
  admit(call: ServerCall, access: MethodAccess): boolean {
    if (call.isPastDeadline) throw deadlinePassed();
    if (access === 'public') return true;
    const token = bearerToken(call.surface);
    if (!token) throw principalMissing();
    const identity = this.#verifier.known(token);
    if (identity) this.#take(call, access, identity, token);
    return identity !== undefined;
  }

  /** The slow way to know who calls: the token was not seen before. Throws PRINCIPAL_INVALID, ROLE_MISSING. */
  async identify(call: ServerCall, access: MethodAccess): Promise<void> {
    const token = bearerToken(call.surface) as string;
    this.#take(call, access as Access, await this.#verifier.verify(token), token);
  }

  #take(call: ServerCall, access: Access, identity: Identity, token: string): void {
    const { principal } = identity;
    call.identify(identity, token, new CallerRights(this.#rights, principal, access));
    const refusal = this.#rights.roleRefusal(principal, access);
    if (refusal) throw refusal;
  }
}

function bearerToken(surface: Surface): string | undefined {
  const [value] = surface.metadata.get('authorization');
  return typeof value === 'string' && value.startsWith('Bearer ') ? value.slice(7) : undefined;
}

export function decodeRequest(method: Method, bytes: Buffer): unknown {
  try {
    return method.requestDeserialize(bytes);
  } catch {
    throw requestInvalid([{ field: '', description: 'the bytes are not a message of the request type' }]);
  }
}

/** What the caller is told of an error; one that is no ServiceError is a fault of ours, logged here and nowhere else. */
export function fault(error: unknown, call: ServerCall): ServiceError {
  if (error instanceof ServiceError) return error;
  log.error({ err: error, method: call.method }, 'a handler failed');
  return internalError(error);
}
