import type { Publisher } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { counted, jsonCodec } from '@giaolo/chassis/testing/counter-aggregate';

export const letters = { name: 'test.tallies.dead-letters.v1', codec: jsonCodec() };

const TICK_MS = 20;

/** Events as a relay would send them, at a steady rate. What was acknowledged is the model. */
export class Feed {
  /** Of every key, how many of its events were acknowledged. */
  readonly acknowledged = new Map<string, number>();
  readonly #sending: Promise<void>;
  #running = true;

  constructor(publisher: Publisher, { rate, keys }: { readonly rate: number; readonly keys: number }) {
    this.#sending = this.#send(publisher, rate, keys);
  }

  get total(): number {
    return [...this.acknowledged.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when all that was sent is acknowledged. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#sending;
  }

  async #send(publisher: Publisher, rate: number, keys: number): Promise<void> {
    const began = performance.now();
    const answers: Promise<void>[] = [];
    for (let sent = 0; this.#running; ) {
      const due = ((performance.now() - began) * rate) / 1_000;
      const batch = Array.from({ length: Math.max(0, Math.floor(due) - sent) }, (_, i) => {
        return { key: `k${(sent + i) % keys}`, sequence: Math.floor((sent + i) / keys) + 1 };
      });
      sent += batch.length;
      const answer = this.#sendOne(publisher, batch);
      answer.catch(() => {}); // `stop` tells it
      answers.push(answer);
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await Promise.all(answers);
  }

  /** When a scenario has failed, nobody is interested in what is still under way. */
  abandon(): void {
    this.#running = false;
    this.#sending.catch(() => {});
  }

  async #sendOne(publisher: Publisher, batch: readonly { key: string; sequence: number }[]): Promise<void> {
    await publisher.send(batch.map(({ key, sequence }) => eventOf(key, sequence)));
    for (const { key } of batch) this.acknowledged.set(key, (this.acknowledged.get(key) ?? 0) + 1);
  }
}

export const eventOf = (key: string, sequence: number) => ({
  topic: counted.name,
  key,
  value: counted.codec.encode({ count: sequence }).finish(),
  headers: {
    ce_id: `${key}@${sequence}`,
    ce_sequence: String(sequence),
    ce_time: new Date(wallClock.now()).toISOString(),
  },
});
