import type { ServiceError } from '@giaolo/chassis/errors';
import type { Conversation } from '@giaolo/chassis/grpc/client-stream';
import { callError } from './call-error.ts';
import { type CallTally, TooLate } from './paced.ts';

export interface Reports<Request> {
  readonly open: () => Conversation<Request, { readonly accepted: number }>;
  readonly message: (number: number) => Request;
  /** Observations in each message. */
  readonly size: number;
  readonly messagesPerSecond: number;
}

const WITHIN_MS = 10_000;

/**
 * A field system that reports on one stream. A replica that goes away says so; what it has not answered is then reported
 * on another stream. Any other end of a stream is a failure, and so is an answer that does not come in time.
 */
export class Reporter<Request> {
  readonly #reports: Reports<Request>;
  readonly #tally: CallTally;
  readonly #timer: NodeJS.Timeout;
  readonly #unanswered: { readonly request: Request; at: number }[] = [];
  #stream: Conversation<Request, { readonly accepted: number }> | undefined;
  #number = 0;
  #stopped = false;
  #done: Promise<void> = Promise.resolve();
  accepted = 0;
  resumed = 0;

  constructor(reports: Reports<Request>, tally: CallTally) {
    this.#reports = reports;
    this.#tally = tally;
    this.#open();
    this.#timer = setInterval(() => this.#report(), 1_000 / reports.messagesPerSecond);
  }

  /** Resolves when all that was reported has been answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const until = performance.now() + WITHIN_MS;
    while (this.#unanswered.length > 0 && performance.now() < until) await new Promise((go) => setTimeout(go, 20));
    this.#stopped = true;
    this.#stream?.end();
    await this.#done;
    for (const _ of this.#unanswered) this.#tally.fail(new TooLate('a report was not answered'));
  }

  #report(): void {
    const request = this.#reports.message(this.#number++);
    this.#unanswered.push({ request, at: performance.now() });
    this.#send(request);
    const [oldest] = this.#unanswered;
    if (oldest && performance.now() - oldest.at > WITHIN_MS) {
      this.#tally.fail(new TooLate(`a report was not answered within ${WITHIN_MS} ms`));
      this.#unanswered.shift();
    }
  }

  #send(request: Request): void {
    // How the stream ended is told by its responses.
    this.#stream?.send(request).catch(() => {});
  }

  #open(): void {
    const stream = this.#reports.open();
    this.#stream = stream;
    for (const { request } of this.#unanswered) this.#send(request);
    this.#done = this.#read(stream);
  }

  async #read(stream: Conversation<Request, { readonly accepted: number }>): Promise<void> {
    try {
      for await (const { accepted } of stream.responses) {
        this.#unanswered.shift();
        this.accepted += accepted;
        if (accepted === this.#reports.size) this.#tally.answered++;
        else this.#tally.fail(new Error(`${this.#reports.size - accepted} observations of a message were refused`));
      }
      if (!this.#stopped) this.#tally.fail(new Error('a stream ended without a reason'));
    } catch (error) {
      if ((error as ServiceError).reason === 'STOPPING') this.resumed++;
      else this.#tally.fail(callError(error));
    }
    if (!this.#stopped) this.#open();
  }
}
