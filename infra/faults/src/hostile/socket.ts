import { connect } from 'node:net';
import type { Answer } from './barrage.ts';

export interface Talk {
  readonly host: string;
  readonly port: number;
  /** Sent at once; what the other side does not take any more is no fault. */
  readonly bytes: readonly Buffer[];
  /** What the other side said so far; an answer ends the talk. */
  readonly read: (said: Buffer) => string | undefined;
  /** Whether an answer is due: the bytes speak the protocol. */
  readonly isDue?: boolean;
}

const WITHIN_MS = 20_000;
/** Then we say that this was all: whoever waits for the rest of a request knows that none will come. */
const END_AFTER_MS = 400;
const LONG_PATIENCE_MS = 8_000;
const READ_AT_MOST = 256 * 1_024;

export function addressOf(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/**
 * One connection of its own, for bytes that no client library would send. A machine that is slow to answer looks like one
 * that hangs up when it hears that this was all: so it is asked again, and waited for.
 */
export async function talk(what: Talk): Promise<Answer> {
  const answer = await talkOnce(what, END_AFTER_MS);
  return answer.kind === 'closed' && what.isDue ? talkOnce(what, LONG_PATIENCE_MS) : answer;
}

function talkOnce({ host, port, bytes, read }: Talk, endAfterMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const said: Buffer[] = [];
    let length = 0;
    const socket = connect({ host, port, allowHalfOpen: true });
    const settle = (answer: Answer) => {
      clearTimeout(timer);
      clearTimeout(end);
      socket.destroy();
      resolve(answer);
    };
    const judge = (otherwise: Answer['kind'], how: string) => {
      const what = read(Buffer.concat(said));
      settle(what === undefined ? { kind: otherwise, what: how } : { kind: 'typed', what });
    };
    const timer = setTimeout(() => judge('silent', 'silent'), WITHIN_MS);
    let end: NodeJS.Timeout | undefined;
    socket.on('data', (chunk) => {
      length += chunk.length;
      if (length <= READ_AT_MOST) said.push(chunk);
      const what = read(Buffer.concat(said));
      if (what !== undefined) settle({ kind: 'typed', what });
    });
    socket.on('end', () => judge('closed', 'closed'));
    socket.on('error', (error: NodeJS.ErrnoException) => judge('cut', error.code ?? 'cut'));
    socket.on('close', () => judge('closed', 'closed'));
    socket.on('connect', () => {
      for (const part of bytes) socket.write(part);
      end = setTimeout(() => socket.end(), endAfterMs);
    });
  });
}
