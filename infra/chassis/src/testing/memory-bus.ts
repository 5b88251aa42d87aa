import type { Bus, Consumption, Outgoing, Received, ViewOptions } from '../bus.ts';
import type { Clock } from '../clock.ts';
import { receive } from '../kafka/records.ts';
import { LiveView } from '../live-view.ts';

/** A record as a test sees it on the bus. */
export interface Caught {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array | null;
}

export interface MemoryBus extends Bus {
  /** Everything sent so far, in order: the conversation. */
  readonly caught: readonly Caught[];
  /** Resolves when all that was sent has been handled, and what that led to. */
  settled(): Promise<void>;
  /** Delivers the newest record of a topic again, as a relay that wakes late does. */
  repeatLast(topic: string): Promise<void>;
}

/** The bus inside one process: same guarantees as the real one seen by a service, without time passing. */
export function memoryBus(clock: Clock): MemoryBus {
  const caught: Caught[] = [];
  const groups: Consumption[] = [];
  const views: ((record: Caught, offset: number) => void)[] = [];
  let work = Promise.resolve();

  const deliver = async (record: Caught, offset: number): Promise<void> => {
    for (const apply of views) apply(record, offset);
    for (const { handlers, deadLetters } of groups)
      for (const { topic, handle } of handlers) {
        if (topic.name !== record.topic) continue;
        try {
          await handle([readBack(topic, record, offset) as Received<never>]);
        } catch (error) {
          const headers = { ...record.headers, dead_letter_topic: topic.name, dead_letter_error: String(error) };
          caught.push({ ...record, topic: deadLetters, headers });
        }
      }
  };
  const enqueue = (record: Caught) => {
    const offset = caught.push(record) - 1;
    work = work.then(() => deliver(record, offset));
  };

  return {
    caught,
    publisher: {
      send: async (records: readonly Outgoing[]) => {
        for (const { topic, key, value, headers } of records) enqueue({ topic, key, value, headers: headers ?? {} });
      },
    },
    consume: async (consumption) => {
      groups.push(consumption);
    },
    view: async <V>(options: ViewOptions<V>) => {
      const view = new LiveView<V>({
        epoch: 'memory',
        slots: 1,
        now: () => clock.now(),
        ...(options.keep && { keep: options.keep }),
      });
      views.push((record, offset) => {
        const source = options.sources.find(({ topic }) => topic.name === record.topic);
        if (!source) return;
        const value = source.project(readBack(source.topic, record, offset) as Received<never>);
        view.apply(0, BigInt(offset), `${record.topic}\n${record.key}`, value);
      });
      return view;
    },
    async settled() {
      let last: Promise<void>;
      do {
        last = work;
        await last;
      } while (last !== work);
    },
    async repeatLast(topic) {
      const last = caught.findLast((record) => record.topic === topic);
      if (last) enqueue(last);
      await this.settled();
    },
    stopConsuming: async () => {},
    close: async () => {},
  };
}

function readBack(topic: Parameters<typeof receive>[0], record: Caught, offset: number): Received<unknown> {
  return receive(topic, 0, {
    key: Buffer.from(record.key),
    value: record.value && Buffer.from(record.value),
    headers: record.headers,
    offset: String(offset),
    timestamp: '0',
    attributes: 0,
  });
}
