import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { Replica } from './fleet.ts';
import { TooLate } from './paced.ts';
import { addressOf } from './socket.ts';

const LOOK_EVERY_MS = 250;
const WITHIN_MS = 10_000;

export interface RestCall {
  readonly method: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export interface RestAnswer {
  readonly status: number;
  readonly body: string;
}

class NotSent extends Error {}

/**
 * Callers as behind a Kubernetes Service: connections are kept alive, and go to replicas that say that they are ready. Only
 * a connection that was refused, so that nothing was sent, is tried at another one.
 */
export class RestClients {
  readonly #replicas: readonly Replica[];
  readonly #agents: ReadonlyMap<Replica, Agent>;
  readonly #look: NodeJS.Timeout;
  #ready: readonly Replica[];
  #turn = 0;

  constructor(replicas: readonly Replica[]) {
    this.#replicas = replicas;
    this.#ready = replicas;
    this.#agents = new Map(replicas.map((replica) => [replica, new Agent({ keepAlive: true, maxSockets: 64 })]));
    this.#look = setInterval(() => void this.#lookAround(), LOOK_EVERY_MS);
  }

  async call(what: RestCall): Promise<RestAnswer> {
    for (let tries = 1; ; tries++) {
      const replica = this.#ready[this.#turn++ % this.#ready.length];
      if (!replica) throw new Error('no replica is ready');
      try {
        return await this.#send(replica, what);
      } catch (error) {
        if (!(error instanceof NotSent) || tries > this.#replicas.length) throw error;
      }
    }
  }

  close(): void {
    clearInterval(this.#look);
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #lookAround(): Promise<void> {
    const ready = await Promise.all(this.#replicas.map((replica) => replica.isReady()));
    this.#ready = this.#replicas.filter((_, at) => ready[at]);
  }

  #send(replica: Replica, { method, path, headers, body }: RestCall): Promise<RestAnswer> {
    const agent = this.#agents.get(replica) as Agent;
    return new Promise((resolve, reject) => {
      const sent = request({ ...addressOf(replica.address), method, path, headers: headers ?? {}, agent });
      sent.setTimeout(WITHIN_MS, () => sent.destroy(new TooLate(`no answer within ${WITHIN_MS} ms`)));
      sent.on('response', (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode as number, body: Buffer.concat(chunks).toString() }),
        );
        response.on('error', reject);
      });
      sent.on('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ECONNREFUSED' ? new NotSent('no replica takes connections') : error),
      );
      sent.end(body);
    });
  }
}
