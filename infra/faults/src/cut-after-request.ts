import type { Socket } from 'node:net';
import { endOnBareClose, kafkaClient } from '@giaolo/chassis/kafka/connection';
import { BatchingProducer } from '@giaolo/chassis/kafka/producer';
import { createTopics, eventually, namespace } from '@giaolo/chassis/testing/brokers';
import { counted } from '@giaolo/chassis/testing/counter-aggregate';
import { cuttingProxy } from '@giaolo/chassis/testing/cutting-proxy';
import type { Kafka } from 'kafkajs';
import { compare } from './compare.ts';
import { eventOf } from './feed.ts';
import { type Context, scenario } from './scenario.ts';
import { readTopic } from './topic-log.ts';
import { startWatcher } from './watcher.ts';

const STALL_MS = 2_000;

export const cutAfterRequest = scenario({
  name: 'cut-after-request',
  about:
    'connections cut between a produce request and its answer, by an error or silently; to the next acknowledgement',
  recovery: { of: 'max', withinMs: 6_000 },
  withinMs: { short: 90_000, long: 300_000 },
  short: { cuts: 40, senders: 10, events: 8_000 },
  long: { cuts: 100, senders: 10, events: 20_000 },
  async run({ cuts, senders, events }, context) {
    const { random, servers } = context;
    const [host = '', port = ''] = (servers.kafka[0] ?? '').split(':');
    const proxy = await cuttingProxy({ host, port: Number(port) });
    const topicPrefix = `${namespace('cuts')}.`;
    const topic = topicPrefix + counted.name;
    await createTopics([topic], 3, servers.kafka);
    const watcher = await startWatcher(context, { service: 'cuts', topicPrefix, kafka: servers.kafka, redis: '' });
    // The broker advertises its own address: every connection is bent to the proxy.
    const trace = new Trace();
    const bent: typeof endOnBareClose = (to) =>
      trace.socket(endOnBareClose({ ...to, host: '127.0.0.1', port: proxy.port }));
    const kafka = trace.producers(kafkaClient(servers.kafka, 'cuts', bent));
    const producer = new BatchingProducer(kafka);
    context.onEnd(() => proxy.close());
    context.onEnd(() => producer.close());

    const answers = new Map(Array.from({ length: senders }, (_, sender) => [`${sender}`, [] as number[]]));
    const each = Math.ceil(events / senders);
    let acknowledged = 0;
    let cutting = true;
    const send = async (sender: string) => {
      for (let sequence = 1; sequence <= each || cutting; sequence++) {
        await producer.send([{ ...eventOf(`tallies/${sender}`, sequence), topic }]);
        answers.get(sender)?.push(sequence);
        acknowledged++;
      }
    };
    const sending = Promise.all([...answers.keys()].map(send));
    const recoveryMs: number[] = [];
    for (let cut = 1; cut <= cuts; cut++) {
      const due = ((cut - random.share()) * senders * each) / (cuts + 1);
      const progress = () => eventually('progress', () => acknowledged >= due, 30_000);
      await trace.watch(`before cut ${cut}`, progress);
      proxy.cutNext(random.pick(['error', 'bare close'] as const));
      await trace.watch(`until cut ${cut}`, () => eventually('the cut', () => proxy.cuts() === cut, 30_000));
      const [before, at] = [acknowledged, performance.now()];
      await trace.watch(`after cut ${cut}`, () => eventually('an answer', () => acknowledged > before, 30_000));
      recoveryMs.push(performance.now() - at);
    }
    cutting = false;
    await sending;
    await watcher.caughtUp(acknowledged).catch(() => {});
    return {
      ...(await settle(context, topic, answers, watcher)),
      injected: cuts,
      operations: acknowledged,
      recoveryMs,
      notes: trace.stalls,
    };
  },
});

async function settle(
  { servers }: Context,
  topic: string,
  answers: ReadonlyMap<string, readonly number[]>,
  watcher: Awaited<ReturnType<typeof startWatcher>>,
) {
  const events = await readTopic(servers.kafka, topic);
  const counts = new Map([...answers].map(([sender, { length }]) => [sender, length]));
  const { lost, duplicated, broken } = compare(answers, events, counts);
  const dropped = events.length - watcher.handled;
  return { lost, duplicated, dropped, broken: watcher.gaps.length > 0 ? [...broken, 'gaps'] : broken };
}

/** What kafkajs did when it stood still: it may wait for its request timeout of five seconds. */
class Trace {
  readonly stalls: string[] = [];
  readonly #lines: { at: number; what: string }[] = [];
  #sockets = 0;

  socket<S extends Socket>(socket: S): S {
    const name = `socket ${++this.#sockets}`;
    for (const event of ['connect', 'end', 'close', 'error'] as const)
      socket.prependListener(event, () => this.#tell(`${name} ${event}`));
    return socket;
  }

  producers(kafka: Kafka): Kafka {
    const make = kafka.producer.bind(kafka);
    kafka.producer = (config) => {
      const producer = make(config);
      producer.on('producer.connect', () => this.#tell('connected'));
      producer.on('producer.disconnect', () => this.#tell('disconnected'));
      producer.on('producer.network.request_timeout', ({ payload }) => this.#tell(`${payload.apiName} timed out`));
      producer.on('producer.network.request', ({ payload }) => this.#tell(`${payload.apiName} ${payload.duration} ms`));
      return producer;
    };
    return kafka;
  }

  /** Keeps what happened where something took suspiciously long. */
  async watch(what: string, work: () => Promise<unknown>): Promise<void> {
    const from = performance.now();
    try {
      await work();
    } catch (error) {
      throw new Error(`${(error as Error).message}; ${this.#since(from)}`);
    }
    const took = Math.round(performance.now() - from);
    if (took > STALL_MS) this.stalls.push(`${what}: ${took} ms: ${this.#since(from)}`);
  }

  #since(from: number): string {
    const lines = this.#lines.filter(({ at }) => at > from - 200).slice(0, 60);
    return lines.map(({ at, what }) => `${Math.round(at - from)} ${what}`).join('; ');
  }

  #tell(what: string): void {
    this.#lines.push({ at: performance.now(), what });
  }
}
