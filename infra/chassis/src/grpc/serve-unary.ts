import type { handleUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import type { MethodAccess } from '../access.ts';
import { deadlinePassed } from '../errors.ts';
import { MethodInfo, ServerCall, type Surface } from './call.ts';
import { decodeRequest, type Edge, fault } from './edge.ts';
import type { AnyHandler, Method } from './service.ts';
import { statusOf } from './status.ts';

type Respond = sendUnaryData<Buffer>;

/** A handler as grpc-js wants it; messages are bytes to grpc-js, so that one that does not decode is answered here. */
export function serveUnary(
  edge: Edge,
  method: Method,
  handler: AnyHandler,
  access: MethodAccess,
): handleUnaryCall<Buffer, Buffer> {
  const info = new MethodInfo(method.path);
  const encode = method.responseSerialize as (value: unknown) => Buffer;
  const invoke = (call: ServerCall) => handler(decodeRequest(method, call.surface.request as Buffer), call);

  const answer = async (call: ServerCall, respond: Respond): Promise<void> => {
    const timer = call.hasOwnDeadline ? setTimeout(expire, edge.limits.unaryDeadlineMs, call, respond) : undefined;
    try {
      if (!edge.admit(call, access)) await edge.identify(call, access);
      const bytes = encode(await call.run(invoke));
      call.requireJudged();
      if (call.isGone) return;
      call.end('OK');
      respond(null, bytes);
    } catch (error) {
      if (!call.isGone) refuse(call, error, respond);
    } finally {
      clearTimeout(timer);
      call.end('CANCELLED');
    }
  };

  return (surface, respond) => {
    void answer(new ServerCall(info, surface as unknown as Surface, edge.limits.unaryDeadlineMs), respond);
  };
}

function refuse(call: ServerCall, error: unknown, respond: Respond): void {
  const told = call.run(() => fault(error, call));
  call.end(told.code);
  respond(statusOf(told));
}

/** grpc-js keeps the deadlines that callers set; this keeps ours. */
const expire = (call: ServerCall, respond: Respond): void => refuse(call, deadlinePassed(), respond);
