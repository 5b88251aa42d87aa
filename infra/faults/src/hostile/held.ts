import { connect } from 'node:net';
import { addressOf } from './socket.ts';

export interface HeldResult {
  readonly opened: number;
  /** Connections, or streams in them, that the other side ended within the time given. */
  readonly ended: number;
  /** When the last of those was ended. */
  readonly lastMs: number;
}

/**
 * Connections on which something is begun and never ended, with a byte now and then where `trickle` has one. A listener
 * must not keep them.
 */
export async function hold(
  address: string,
  count: number,
  withinMs: number,
  begin: Buffer,
  more: { readonly trickle?: () => Buffer; readonly isEnd?: (said: Buffer) => boolean } = {},
): Promise<HeldResult> {
  const { host, port } = addressOf(address);
  const started = performance.now();
  const one = (): Promise<number | undefined> =>
    new Promise((resolve) => {
      const socket = connect({ host, port }, () => socket.write(begin));
      const said: Buffer[] = [];
      const settle = (at: number | undefined) => {
        clearTimeout(timer);
        clearInterval(drip);
        socket.destroy();
        resolve(at);
      };
      const ended = () => settle(performance.now() - started);
      const timer = setTimeout(settle, withinMs, undefined);
      const { trickle, isEnd } = more;
      const drip = setInterval(() => trickle && socket.write(trickle()), 500);
      socket.on('data', (chunk) => {
        said.push(chunk);
        if (isEnd?.(Buffer.concat(said))) ended();
      });
      socket.on('error', ended);
      socket.on('close', ended);
    });
  const times = await Promise.all(Array.from({ length: count }, one));
  const ended = times.filter((at) => at !== undefined);
  return { opened: count, ended: ended.length, lastMs: Math.round(Math.max(0, ...ended)) };
}
