import type { Socket } from 'node:net';

/** A command to the tally service, one line of JSON. */
export interface Ask {
  readonly id: number;
  readonly key: string;
  readonly requestId: string;
}

/** Its answer: the count after it, or what it was refused with. */
export interface Answer {
  readonly id: number;
  readonly count?: number;
  readonly code?: string;
  readonly reason?: string;
}

export const say = (socket: Socket, message: Ask | Answer): void => void socket.write(`${JSON.stringify(message)}\n`);

export function hear<T>(socket: Socket, heard: (message: T) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const lines = (rest + String(text)).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) heard(JSON.parse(line) as T);
  });
}
