import type { Context } from './scenario.ts';
import type { TallyReplica } from './tally-replica.ts';

export interface LoadOptions {
  /** Commands per second, over all replicas. */
  readonly rate: number;
  readonly keys: number;
  /** Commands that are under way at once, at most. */
  readonly callers: number;
}

/** A command that was answered late because a fault came between. */
export interface Interrupted {
  readonly key: string;
  readonly failedAt: number;
  readonly answeredAt: number;
}

const PAUSE_MS = 25;

/**
 * Callers who want each of their commands once: whoever gets no answer asks the same again, of another replica, under the
 * same request id. What they were answered is the model that everything else is held against.
 */
export class Load {
  /** Answers by key; each is a count that somebody was told. */
  readonly answers = new Map<string, number[]>();
  readonly interrupted: Interrupted[] = [];
  /** Why commands were not answered at once, and how often. */
  readonly refusals = new Map<string, number>();
  #acknowledged = 0;
  #running = true;
  #abandoned = false;
  readonly #replicas: () => readonly TallyReplica[];
  readonly #callers: Promise<void>[];
  #waiting: ((at: number) => void)[] = [];
  #asked = 0;

  constructor(replicas: () => readonly TallyReplica[], { rate, keys, callers }: LoadOptions) {
    this.#replicas = replicas;
    for (let key = 0; key < keys; key++) this.answers.set(`k${key}`, []);
    const every = (callers * 1_000) / rate;
    this.#callers = Array.from({ length: callers }, (_, caller) => this.#call(every, (caller * every) / callers));
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** When the next answer comes, by performance.now(). */
  nextAnswer(): Promise<number> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** When a scenario has failed, nobody is interested in what is still under way. */
  abandon(): void {
    this.#running = false;
    this.#abandoned = true;
  }

  /** No more commands; resolves when all that were given have their answer. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#callers);
  }

  async #call(everyMs: number, offsetMs: number): Promise<void> {
    let due = performance.now() + offsetMs;
    for (;;) {
      await pause(Math.max(0, due - performance.now()));
      if (!this.#running) return;
      await this.#untilAnswered(++this.#asked);
      due = Math.max(due + everyMs, performance.now());
    }
  }

  async #untilAnswered(number: number): Promise<void> {
    const key = `k${number % this.answers.size}`;
    let failedAt: number | undefined;
    for (let turn = number; !this.#abandoned; turn++) {
      const replicas = this.#replicas();
      try {
        const count = await (replicas[turn % replicas.length] as TallyReplica).count(key, `request-${number}`);
        this.#answered(key, count, failedAt);
        return;
      } catch (error) {
        failedAt ??= performance.now();
        const { message } = error as Error;
        this.refusals.set(message, (this.refusals.get(message) ?? 0) + 1);
        await pause(PAUSE_MS);
      }
    }
  }

  #answered(key: string, count: number, failedAt: number | undefined): void {
    const answeredAt = performance.now();
    this.answers.get(key)?.push(count);
    this.#acknowledged++;
    if (failedAt !== undefined) this.interrupted.push({ key, failedAt, answeredAt });
    for (const tell of this.#waiting.splice(0)) tell(answeredAt);
  }
}

export function startLoad(context: Context, replicas: () => readonly TallyReplica[], options: LoadOptions): Load {
  const load = new Load(replicas, options);
  context.onEnd(() => load.abandon());
  return load;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
