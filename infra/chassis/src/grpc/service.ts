import type { MethodAccess } from '../access.ts';
import type { Call } from './call.ts';
import { serviceName } from './paths.ts';

/** One method of a generated `...Service` constant. */
export interface Method {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: never) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

/** A generated `...Service` constant. */
export type Service = Readonly<Record<string, Method>>;

export type RequestOf<M extends Method> = ReturnType<M['requestDeserialize']>;
export type ResponseOf<M extends Method> = ReturnType<M['responseDeserialize']>;

type Input<M extends Method> = M['requestStream'] extends true ? AsyncIterable<RequestOf<M>> : RequestOf<M>;
type Output<M extends Method> = M['responseStream'] extends true
  ? AsyncIterable<ResponseOf<M>>
  : Promise<ResponseOf<M>>;

/** How a service answers a method; it refuses by throwing ServiceError. */
export type Handler<M extends Method> = (input: Input<M>, call: Call) => Output<M>;

export type Handlers<S extends Service> = { readonly [Name in keyof S]: Handler<S[Name]> };

/** Who may call each method. */
export type AccessTable<S extends Service> = { readonly [Name in keyof S]: MethodAccess };

export type AnyHandler = (input: unknown, call: Call) => unknown;

/** A service with its handlers, ready to be served. */
export interface Implementation {
  /** `giaolo.parking.v1.ParkingService` */
  readonly name: string;
  readonly definition: Service;
  readonly handlers: Readonly<Record<string, AnyHandler>>;
  readonly access: Readonly<Record<string, MethodAccess>>;
}

/**
 * Ties handlers to a generated service, and says who may call them; a method that is missing from either table, or a
 * handler of another shape, does not compile.
 */
export function implement<S extends Service>(
  definition: S,
  access: AccessTable<S>,
  handlers: Handlers<S>,
): Implementation {
  const [method] = Object.values(definition);
  if (!method) throw new Error('a service without methods');
  return {
    name: serviceName(method.path),
    definition,
    handlers: handlers as Implementation['handlers'],
    access,
  };
}
