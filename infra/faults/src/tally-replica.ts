import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Failpoint } from '@giaolo/chassis/failpoint';
import type { Child } from '@giaolo/local/children';
import { untilReady } from '@giaolo/local/children';
import { nodeProgram } from '@giaolo/local/platform';
import { fired, firesInto } from './failpoints.ts';
import type { Context } from './scenario.ts';
import { type Answer, type Ask, hear, say } from './tally-wire.ts';

const READY_WITHIN_MS = 60_000;
const ANSWER_WITHIN_MS = 2_000;

/** Replicas of one tally service. */
export interface TallyPlace {
  readonly service: string;
  readonly topicPrefix: string;
  readonly kafka: readonly string[];
  readonly redis: string;
}

export interface TallyReplica {
  readonly name: string;
  readonly child: Child;
  /** The count after the command; rejects with a Refusal, or Unanswered where nobody knows what became of it. */
  count(key: string, requestId: string): Promise<number>;
  /** Failpoints that have fired. */
  fired(): Failpoint[];
}

export class Unanswered extends Error {}

export class Refusal extends Error {
  readonly code: string;
  readonly reason: string;

  constructor({ code = '', reason = '' }: Answer) {
    super(`${code} ${reason}`);
    this.code = code;
    this.reason = reason;
  }
}

let started = 0;

/** Starts one more replica as a process; `failpoints` as GIAOLO_FAILPOINTS has it. */
export async function startTally(context: Context, place: TallyPlace, failpoints = ''): Promise<TallyReplica> {
  const name = `tally-${++started}`;
  const socket = join(context.dir, `${name}.sock`);
  const { env, log } = firesInto(context.dir, name, failpoints);
  const child = context.children.start({
    name,
    command: nodeProgram,
    args: [join(import.meta.dirname, 'tally-service.ts')],
    log: join(context.dir, `${name}.log`),
    stage: 1,
    env: {
      ...process.env,
      NODE_OPTIONS: undefined, // jest's
      GIAOLO_LOG_LEVEL: 'info',
      GIAOLO_SERVICE: place.service,
      GIAOLO_TOPIC_PREFIX: place.topicPrefix,
      KAFKA_BROKERS: place.kafka.join(','),
      REDIS_URL: place.redis,
      REDIS_LIVE_URL: place.redis,
      GIAOLO_JWKS_FILE: noKeys(context.dir),
      GIAOLO_FAULTS_SOCKET: socket,
      ...env,
    },
  });
  const line = new Line(socket);
  await untilReady(child, () => line.open(), READY_WITHIN_MS);
  return { name, child, count: (key, requestId) => line.ask(key, requestId), fired: () => fired(log) };
}

/** A service reads the keys of its issuer at its start, also one that nobody calls by token. */
function noKeys(dir: string): string {
  const file = join(dir, 'jwks.json');
  writeFileSync(file, '{"keys":[]}');
  return file;
}

interface Waiting {
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** The connection to one replica, as long as that lives. */
class Line {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #socket: ReturnType<typeof connect> | undefined;
  #asked = 0;

  constructor(path: string) {
    this.#path = path;
  }

  open(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#path);
      socket.once('connect', () => {
        this.#socket = socket;
        resolve(true);
      });
      socket.once('error', () => resolve(false));
      socket.once('close', () => this.#lost());
      hear<Answer>(socket, (answer) => this.#heard(answer));
    });
  }

  ask(key: string, requestId: string): Promise<number> {
    const socket = this.#socket;
    if (!socket?.writable) return Promise.reject(new Unanswered('the replica is gone'));
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Unanswered('the replica does not answer'));
      }, ANSWER_WITHIN_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      say(socket, { id, key, requestId } satisfies Ask);
    });
  }

  #heard(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    clearTimeout(waiting.timer);
    if (answer.count === undefined) waiting.reject(new Refusal(answer));
    else waiting.resolve(answer.count);
  }

  #lost(): void {
    this.#socket = undefined;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Unanswered('the replica went away'));
    }
    this.#waiting.clear();
  }
}
