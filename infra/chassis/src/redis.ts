import { createClient, RESP_TYPES } from 'redis';
import { dependencyUnavailable, overloaded, type ServiceError } from './errors.ts';
import { log } from './log.ts';

const COMMAND_QUEUE_LIMIT = 50_000;

/**
 * Connects to one Redis role. Commands fail at once while the connection is down: a request must not wait
 * in a queue for longer than its purpose lives.
 */
export async function connectRedis(url: string, role: 'decisions' | 'live' | 'subscriber') {
  const client = createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    commandsQueueMaxLength: COMMAND_QUEUE_LIMIT,
    pingInterval: 10_000,
    socket: { connectTimeout: 3_000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 2_000) },
  });
  let down = false;
  client.on('error', (error: Error) => {
    if (!down) log.warn({ role, error: error.message }, 'redis connection lost');
    down = true;
  });
  client.on('ready', () => {
    if (down) log.info({ role }, 'redis connection restored');
    down = false;
  });
  await client.connect();
  return client;
}

export type Redis = Awaited<ReturnType<typeof connectRedis>>;

/** The same connection, with replies as bytes. */
export const asBytes = (client: Redis) => client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });

export interface Script {
  readonly source: string;
  sha?: string;
}

/** A fault of Redis in the caller's terms: full memory, or no answer. */
export function redisFault(error: unknown): ServiceError {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith('OOM')
    ? overloaded('the store is full', 10_000)
    : dependencyUnavailable('the store does not answer', error);
}

/** Runs a Lua script by its hash, loading it where the server does not have it (first use, restart). */
export async function runScript(
  client: Pick<Redis, 'evalSha' | 'scriptLoad'>,
  script: Script,
  keys: string[],
  args: (string | Buffer)[],
): Promise<unknown> {
  const call = { keys, arguments: args as string[] };
  const run = async () => {
    script.sha ??= await client.scriptLoad(script.source);
    return client.evalSha(script.sha, call);
  };
  try {
    return await run().catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      delete script.sha;
      return run();
    });
  } catch (error) {
    throw redisFault(error);
  }
}
