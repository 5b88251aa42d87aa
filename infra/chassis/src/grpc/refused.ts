import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { OutgoingHttpHeaders } from 'node:http2';
import { type Code, codes } from '../errors.ts';
import { MethodInfo } from './call.ts';
import { DETAILS_KEY } from './status.ts';

const CHANNEL = 'http2.server.stream.finish';

const unrouted = new MethodInfo('/unrouted');
const counted: ReadonlySet<Code> = new Set(['UNIMPLEMENTED', 'RESOURCE_EXHAUSTED', 'INTERNAL']);
let servers = 0;

function onFinish(message: unknown): void {
  const { headers } = message as { headers: OutgoingHttpHeaders };
  const status = headers['grpc-status'];
  if (status === undefined || DETAILS_KEY in headers) return;
  const code = codes[Number(status)];
  if (code && counted.has(code)) unrouted.count(code, 0);
}

/**
 * grpc-js refuses some calls without asking anybody: methods that it does not know, messages that are too large.
 * They are seen on the HTTP/2 stream, as answers without the details that all of ours have, and counted under the
 * method `unrouted`. Returns what ends the counting.
 */
export function countRefusedByLibrary(): () => void {
  if (servers++ === 0) subscribe(CHANNEL, onFinish);
  return () => {
    if (--servers === 0) unsubscribe(CHANNEL, onFinish);
  };
}
