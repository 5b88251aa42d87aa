import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';

/** What is reported over one stream, message by message, each answered. */
export interface Reporting<Request, Answer> {
  readonly what: string;
  readonly everyMs: number;
  open(): ClientDuplexStream<Request, Answer>;
  message(): Request;
}

interface Refusing {
  /** `reason` as the contract numbers it. */
  readonly refused: readonly { readonly index: number; readonly reason: number }[];
}

const ANSWER_WITHIN_MS = 10_000;
const LONGEST_PAUSE_MS = 5_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Reports for ever: a stream that breaks, or does not answer, is opened again. */
export async function keepReporting<Request, Answer extends Refusing>(
  reporting: Reporting<Request, Answer>,
): Promise<never> {
  for (let failures = 0; ; failures += 1) {
    const stream = reporting.open();
    stream.on('error', () => {}); // told to whoever waits for an answer; nobody does once it is given up
    try {
      for (;;) {
        const next = pause(reporting.everyMs);
        const { refused } = await ask(stream, reporting.message());
        failures = 0;
        if (refused.length > 0)
          say(`${refused.length} ${reporting.what} refused, the first for reason ${refused[0]?.reason}`);
        await next;
      }
    } catch (error) {
      say(`${reporting.what}: ${(error as ServiceError).details ?? (error as Error).message}`);
      stream.cancel();
      await pause(Math.min(250 * 2 ** failures, LONGEST_PAUSE_MS));
    }
  }
}

/** One message and its answer. */
function ask<Request, Answer>(stream: ClientDuplexStream<Request, Answer>, message: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const tooLong = () => done(() => reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)));
    const timer = setTimeout(tooLong, ANSWER_WITHIN_MS);
    const onData = (answer: Answer) => done(() => resolve(answer));
    const onError = (error: Error) => done(() => reject(error));
    const onEnd = () => done(() => reject(new Error('the service ended the stream')));
    const done = (settle: () => void) => {
      clearTimeout(timer);
      stream.off('data', onData).off('error', onError).off('end', onEnd);
      settle();
    };
    stream.on('data', onData).on('error', onError).on('end', onEnd);
    stream.write(message);
  });
}

/** Calls until it works, or is refused for a reason that asking again cannot change. */
export async function insist<T>(what: string, call: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures += 1)
    try {
      return await call();
    } catch (error) {
      const { code, details } = error as ServiceError;
      say(`${what}: ${details}`);
      if (!COME_AGAIN.has(code)) throw error;
      await pause(Math.min(250 * 2 ** failures, LONGEST_PAUSE_MS));
    }
}

const COME_AGAIN = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.UNKNOWN,
]);

const say = (line: string) => process.stdout.write(`${line}\n`);
