import { randomBytes } from 'node:crypto';
import { judgedBefore } from '@giaolo/chassis/access';
import { on, type Topic } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { accept } from '@giaolo/chassis/decide';
import { openDecisions } from '@giaolo/chassis/decisions';
import { Handler } from '@giaolo/chassis/handle';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { kafkaClient } from '@giaolo/chassis/kafka/connection';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import { principalIn } from '@giaolo/chassis/principal';
import { Partitioners } from 'kafkajs';
import { type Bench, median, percentile, type Row, type Servers } from './bench.ts';
import { makeTopics } from './topics.ts';

const PER_SECOND = 200;
const SECONDS = 8;
const ROUNDS = 3;
const WARM_UP = 200;
const PAYLOAD = randomBytes(200);

const unit = { code: '79', validFrom: '2025-07-01' };
const principal = principalIn(unit, 'user:bench', 'operator');

/** Commands at an even pace; a side tells when the event of the i-th has been seen. */
class Pace {
  readonly #sentAt: number[] = [];
  #latencies: number[] = [];

  seen(i: number): void {
    const sentAt = this.#sentAt[i];
    if (sentAt !== undefined) this.#latencies.push(performance.now() - sentAt);
  }

  async round(act: (i: number) => Promise<unknown>): Promise<number[]> {
    const first = this.#sentAt.length;
    const last = first + PER_SECOND * SECONDS;
    this.#latencies = [];
    const started = performance.now();
    for (let i = first; i < last; ) {
      const due = first + Math.floor(((performance.now() - started) / 1_000) * PER_SECOND);
      for (; i <= due && i < last; i++) {
        this.#sentAt[i] = performance.now();
        void act(i);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    while (this.#latencies.length < last - first) await new Promise((resolve) => setTimeout(resolve, 5));
    return this.#latencies.slice(WARM_UP);
  }
}

async function chassisSide({ kafka: brokers, redis: redisUrl }: Servers) {
  const [name, stateName] = (await makeTopics(brokers, 2, 12)) as [string, string];
  const topic: Topic<number> = {
    name,
    codec: {
      encode: (i) => ({ finish: () => Buffer.concat([Buffer.from(Uint32Array.of(i).buffer), PAYLOAD]) }),
      decode: (bytes) => Buffer.from(bytes).readUInt32LE(0),
    },
  };
  const pace = new Pace();
  const lifecycle = createLifecycle();
  const service = `bench-${randomBytes(4).toString('hex')}`;
  const options = {
    service,
    brokers,
    clock: wallClock,
    topicPrefix: '',
    produces: [topic, { name: stateName }],
    consumes: [topic],
  };
  const bus = openKafkaBus(options);
  lifecycle.onStop('bus', () => bus.close());
  const decisions = await openDecisions(lifecycle, { service, redisUrl, clock: wallClock, bus, address: '' });
  type Event = { type: 'Marked'; i: number };
  const handler = new Handler<{ last?: number }, Event>(
    {
      entity: 'marks',
      evolve: (_state, { i }) => ({ last: i }),
      unitOf: () => unit,
      stateTopic: { name: stateName },
      announce: ({ i }, _after, key) => ({ topic: name, key, value: topic.codec.encode(i).finish() }),
    },
    decisions.store,
    decisions.onCommitted,
  );
  const mark = (_state: unknown, i: number) => accept<Event>({ type: 'Marked', i });
  await bus.consume({
    group: service,
    deadLetters: name,
    handlers: [
      on(topic, async (batch) => {
        for (const { value } of batch) pace.seen(value);
      }),
    ],
  });
  const act = (i: number) =>
    handler.handle(
      `m${i % 100}`,
      mark,
      i,
      { principal, authority: judgedBefore, method: 'Mark', requestId: `r${i}` },
      () => null,
    );
  return { round: () => pace.round(act), stop: () => lifecycle.stop() };
}

async function rawSide({ kafka: brokers }: Servers) {
  const [topic] = (await makeTopics(brokers, 1, 12)) as [string];
  const pace = new Pace();
  const kafka = kafkaClient(brokers, 'bench');
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 500 });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: async ({ batch, commitOffsetsIfNecessary }) => {
      for (const { value } of batch.messages) pace.seen((value as Buffer).readUInt32LE(0));
      const partitions = [{ partition: batch.partition, offset: String(BigInt(batch.lastOffset()) + 1n) }];
      await commitOffsetsIfNecessary({ topics: [{ topic: batch.topic, partitions }] });
    },
  });
  const act = (i: number) => {
    const value = Buffer.concat([Buffer.from(Uint32Array.of(i).buffer), PAYLOAD]);
    return producer.send({ topic, acks: -1, messages: [{ key: `m${i % 100}`, value }] });
  };
  return { round: () => pace.round(act), stop: () => Promise.all([producer.disconnect(), consumer.disconnect()]) };
}

export const latency: Bench = {
  name: 'latency',
  about: `from a command to its event seen by a consumer, at ${PER_SECOND}/s, beside raw kafkajs produce to consume (lower is better)`,
  async run(servers) {
    const [chassis, raw] = [await chassisSide(servers), await rawSide(servers)];
    const rounds: [number[], number[]][] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push([await chassis.round(), await raw.round()]);
    await Promise.all([chassis.stop(), raw.stop()]);
    const row = (metric: string, share: number): Row => {
      const pairs = rounds.map(([ours, theirs]) => [percentile(ours, share), percentile(theirs, share)] as const);
      return {
        bench: 'latency',
        metric,
        unit: 'ms',
        baseline: 'raw kafkajs',
        value: median(pairs.map(([ours]) => ours)),
        baselineValue: median(pairs.map(([, theirs]) => theirs)),
        ratio: median(pairs.map(([ours, theirs]) => ours / theirs)),
        n: rounds.reduce((sum, [ours]) => sum + ours.length, 0),
      };
    };
    return [row('p50', 0.5), row('p99', 0.99)];
  },
};
