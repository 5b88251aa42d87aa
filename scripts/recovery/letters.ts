import { type DeadLetter, type DealtWith, readDeadLetter, redriven, settled } from '@giaolo/chassis/kafka/dead-letters';
import { scan } from '@giaolo/chassis/kafka/scan';
import { readRegistry, type TopicEntry } from '@giaolo/topics/registry';
import type { Kafka, Producer } from 'kafkajs';
import { withAdmin } from './target.ts';

/** A letter where it lies. */
export interface FiledLetter extends DeadLetter {
  readonly deadLetters: string;
  /** When the record became a letter, milliseconds since 1970. */
  readonly buriedAt: number;
}

export interface LetterFilter {
  /** That gave the record up. */
  readonly service?: string | undefined;
  /** That the record was on, or the letter is on. */
  readonly topic?: string | undefined;
  readonly reason?: string | undefined;
  readonly id?: string | undefined;
}

/** What became of a letter; `waiting` = its group has not come to it in time; `cut` = it cannot be put back. */
export type Redrive = { readonly letter: FiledLetter } & (
  | { readonly outcome: 'handled' | 'waiting' | 'cut' }
  | { readonly outcome: 'failed again'; readonly as: string }
);

interface PutBack {
  readonly letter: FiledLetter;
  readonly offset: bigint;
}

const AT_ONCE = 100;

/** The dead letters of a platform, and what can be done with them. */
export class Letters {
  readonly #kafka: Kafka;
  readonly #prefix: string;
  readonly #registry: readonly TopicEntry[];

  constructor(kafka: Kafka, prefix: string, registry: readonly TopicEntry[] = readRegistry()) {
    this.#kafka = kafka;
    this.#prefix = prefix;
    this.#registry = registry;
  }

  /** Those that nobody has dealt with, the oldest first. */
  async list({ service, topic, reason, id }: LetterFilter = {}): Promise<FiledLetter[]> {
    const filed = new Map<string, FiledLetter>();
    const topics = this.#registry.filter(({ name }) => /\.dead-letters\.v\d+$/.test(name));
    for (const { name, producer } of topics) {
      if (service !== undefined && !producer.includes(service)) continue;
      const part = id === undefined ? {} : { partitionOf: id };
      for await (const { timestamp: buriedAt, ...record } of scan(this.#kafka, this.#prefix + name, part)) {
        const letter = readDeadLetter(record);
        if (letter) filed.set(record.key, { ...letter, deadLetters: name, buriedAt });
        else filed.delete(record.key);
      }
    }
    return [...filed.values()]
      .filter((letter) => id === undefined || letter.id === id)
      .filter((letter) => topic === undefined || letter.topic === topic || letter.deadLetters === topic)
      .filter((letter) => reason === undefined || letter.reason === reason)
      .sort((a, b) => a.buriedAt - b.buriedAt);
  }

  /**
   * Puts the records back for their groups, then takes the letters away, and waits for what the groups make of them.
   * Ended in between, it leaves a letter whose record was put back already: doing it again repeats the record.
   */
  async redrive(asked: readonly FiledLetter[], dealt: DealtWith, withinMs = 60_000): Promise<Redrive[]> {
    const letters = asked.filter(({ isCut }) => !isCut);
    const back = await this.#producing(async (producer) => {
      const done: PutBack[] = [];
      for (let at = 0; at < letters.length; at += AT_ONCE) {
        const some = letters.slice(at, at + AT_ONCE);
        done.push(...(await this.#putBack(producer, some, dealt)));
        await this.#settle(producer, some, 'redriven', dealt);
      }
      return done;
    });
    const passed = await this.#untilPassed(back, withinMs);
    const again = new Map((await this.list()).map(({ previous, id }) => [previous, id]));
    const results = back.map(({ letter }): Redrive => {
      const as = again.get(letter.id);
      if (as !== undefined) return { letter, outcome: 'failed again', as };
      return { letter, outcome: passed.has(letter.id) ? 'handled' : 'waiting' };
    });
    await this.#tidy(results, dealt);
    return [...results, ...asked.filter(({ isCut }) => isCut).map((letter): Redrive => ({ letter, outcome: 'cut' }))];
  }

  async discard(letter: FiledLetter, dealt: DealtWith): Promise<void> {
    await this.#producing((producer) => this.#settle(producer, [letter], 'discarded', dealt));
  }

  async #putBack(producer: Producer, letters: readonly FiledLetter[], dealt: DealtWith): Promise<PutBack[]> {
    const done: PutBack[] = [];
    for (const [topic, some] of Map.groupBy(letters, (letter) => letter.topic)) {
      const messages = some.map((letter) => redriven(letter, dealt));
      const answers = await producer.send({ topic: this.#prefix + topic, messages, acks: -1 });
      const next = new Map(answers.map(({ partition, baseOffset }) => [partition, BigInt(baseOffset ?? 0)]));
      for (const letter of some) {
        const offset = next.get(letter.partition) ?? 0n;
        next.set(letter.partition, offset + 1n);
        done.push({ letter, offset });
      }
    }
    return done;
  }

  async #settle(
    producer: Producer,
    letters: readonly FiledLetter[],
    how: 'redriven' | 'discarded',
    dealt: DealtWith,
  ): Promise<void> {
    for (const [topic, some] of Map.groupBy(letters, ({ deadLetters }) => deadLetters)) {
      const messages = some.map((letter) => settled(letter, how, dealt));
      await producer.send({ topic: this.#prefix + topic, messages, acks: -1 });
    }
  }

  /** Ids of the letters whose groups have committed offsets beyond their records. */
  async #untilPassed(back: readonly PutBack[], withinMs: number): Promise<Set<string>> {
    const passed = new Set<string>();
    const givenUp = performance.now() + withinMs;
    await withAdmin(this.#kafka, async (admin) => {
      while (passed.size < back.length && performance.now() < givenUp) {
        for (const [group, some] of Map.groupBy(back, ({ letter }) => letter.group)) {
          const topics = [...new Set(some.map(({ letter }) => this.#prefix + letter.topic))];
          const committed = await admin.fetchOffsets({ groupId: this.#prefix + group, topics });
          for (const { letter, offset } of some) {
            const { partitions = [] } = committed.find(({ topic }) => topic === this.#prefix + letter.topic) ?? {};
            const next = partitions.find(({ partition }) => partition === letter.partition)?.offset ?? '-1';
            if (BigInt(next) > offset) passed.add(letter.id);
          }
        }
        if (passed.size < back.length) await new Promise((resolve) => setTimeout(resolve, 200));
      }
    });
    return passed;
  }

  /** A compacted topic would keep what was put back for ever. */
  async #tidy(results: readonly Redrive[], dealt: DealtWith): Promise<void> {
    const compacted = new Set(
      this.#registry.filter(({ config }) => config['cleanup.policy']?.includes('compact')).map(({ name }) => name),
    );
    const over = results.filter(({ outcome, letter }) => outcome !== 'waiting' && compacted.has(letter.topic));
    if (over.length === 0) return;
    await this.#producing(async (producer) => {
      for (const { letter } of over) {
        const message = { ...redriven(letter, dealt), value: null };
        await producer.send({ topic: this.#prefix + letter.topic, messages: [message], acks: -1 });
      }
    });
  }

  async #producing<T>(work: (producer: Producer) => Promise<T>): Promise<T> {
    const producer = this.#kafka.producer({ idempotent: false, allowAutoTopicCreation: false });
    await producer.connect();
    try {
      return await work(producer);
    } finally {
      await producer.disconnect();
    }
  }
}
