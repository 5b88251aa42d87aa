import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The service as a process of its own. */
export interface Replica {
  readonly address: string;
  /** Asks it to end; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
}

const main = `${import.meta.dirname}/../src/main.ts`;

/** Starts the service; resolves when it is ready. What it says is thrown when it ends before. */
export async function startReplica(env: Readonly<Record<string, string>>): Promise<Replica> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [main], {
    env: { ...inherited, GIAOLO_LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (text) => said.push(String(text)));
  let address = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    const entry = JSON.parse(line);
    if (entry.msg === 'listening') address = entry.address;
    if (entry.msg !== 'parking is ready') continue;
    // Read on, or it would stop at a full pipe.
    child.stdout.resume();
    return {
      address,
      stop: () => end(child, 'SIGTERM'),
      kill: async () => void (await end(child, 'SIGKILL')),
    };
  }
  throw new Error(`the replica ended before it was ready:\n${said.join('\n')}`);
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code] = await ended;
  return code;
}
