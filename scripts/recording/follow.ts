import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '@giaolo/chassis/errors';
import { Trouble } from '@giaolo/local/trouble';
import { StreamPhase } from '@giaolo/proto/giaolo/type/v1/stream';

export interface WatchMessage {
  readonly phase: StreamPhase;
  readonly resumeToken: string;
}

const AGAIN_AFTER_MS = 200;
const PATIENCE_MS = 30_000;

/** Waits before another try of a call that broke. Throws when there is no use, or it has been broken for too long. */
export class Patience {
  readonly #what: string;
  readonly #limitMs: number;
  #brokenAt: number | undefined;

  constructor(what: string, limitMs = PATIENCE_MS) {
    this.#what = what;
    this.#limitMs = limitMs;
  }

  /** It works (again). */
  works(): void {
    this.#brokenAt = undefined;
  }

  /** @throws {Trouble} */
  async broke(error: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!(error instanceof ServiceError)) throw error;
    if (!mayRecover(error)) throw new Trouble(`${this.#what}: ${error.message} (${error.reason || error.code})`);
    this.#brokenAt ??= performance.now();
    if (performance.now() - this.#brokenAt > this.#limitMs)
      throw new Trouble(
        `${this.#what}: the platform has not answered for ${this.#limitMs / 1000} s (${error.message})`,
      );
    await sleep(AGAIN_AFTER_MS, undefined, { signal });
  }
}

// A server that ends or is cut off shows itself as one of these as well.
const mayRecover = ({ transient, code }: ServiceError): boolean =>
  transient || code === 'CANCELLED' || code === 'INTERNAL' || code === 'UNKNOWN';

/** Reads a watch until `signal` aborts, and resumes it by its last token whenever it breaks. */
export async function follow<Message extends WatchMessage>(
  what: string,
  open: (resumeToken: string) => AsyncIterable<Message>,
  take: (message: Message) => void,
  signal: AbortSignal,
): Promise<void> {
  const patience = new Patience(what);
  let resumeToken = '';
  while (!signal.aborted) {
    try {
      for await (const message of open(resumeToken)) {
        patience.works();
        take(message);
        resumeToken = message.resumeToken || resumeToken;
      }
      await patience.broke(new ServiceError('UNAVAILABLE', '', 'the stream ended'), signal);
    } catch (error) {
      if (signal.aborted) return;
      await patience.broke(error, signal);
    }
  }
}

export const isSnapshot = ({ phase }: WatchMessage): boolean => phase === StreamPhase.STREAM_PHASE_SNAPSHOT;
