import type { Bus, Consumption, Handler, Outgoing, Received, Topic, ViewOptions } from '../bus.ts';
import type { Clock } from '../clock.ts';
import { deadLetter, redriveGroup } from '../kafka/dead-letters.ts';
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

  const hand = async (
    { group, deadLetters }: Consumption,
    { topic, handle }: Handler,
    record: Caught,
    offset: number,
  ) => {
    let reason: 'UNREADABLE' | 'UNPROCESSABLE' = 'UNREADABLE';
    try {
      const received = readBack(topic, record, offset);
      reason = 'UNPROCESSABLE';
      await handle([received as Received<never>]);
    } catch (error) {
      const at = { group, topic: topic.name, partition: 0 };
      const letter = deadLetter(deadLetters, at, messageOf(record, offset), { reason, error: String(error) });
      caught.push({ headers: {}, ...letter });
    }
  };
  const deliver = async (record: Caught, offset: number): Promise<void> => {
    const only = redriveGroup(record);
    if (only === undefined) for (const apply of views) apply(record, offset);
    for (const consumption of groups)
      for (const handler of consumption.handlers)
        if (handler.topic.name === record.topic && (only ?? consumption.group) === consumption.group)
          await hand(consumption, handler, record, offset);
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
        const value = record.value && source.project(readBack(source.topic, record, offset) as Received<never>);
        view.apply(0, BigInt(offset), `${record.topic}\n${record.key}`, value ?? undefined);
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
    mend: async () => {},
    isUntouched: async (topics) => !caught.some(({ topic }) => topics.some(({ name }) => name === topic)),
    stopConsuming: async () => {},
    close: async () => {},
  };
}

const messageOf = ({ key, value, headers }: Caught, offset: number) => ({
  key,
  value: value && Buffer.from(value),
  headers,
  offset: String(offset),
  timestamp: '0',
});

const readBack = (topic: Topic<unknown>, record: Caught, offset: number): Received<unknown> =>
  receive(topic, 0, { ...messageOf(record, offset), key: Buffer.from(record.key), attributes: 0 });
