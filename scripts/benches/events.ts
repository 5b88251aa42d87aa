import { randomBytes } from 'node:crypto';
import { type Outgoing, on, type Topic } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { kafkaClient } from '@giaolo/chassis/kafka/connection';
import { Partitioners } from 'kafkajs';
import { type Bench, contest, type Row, rateOf, type Servers } from './bench.ts';
import { makeTopics } from './topics.ts';

const GROUP = 50;
const SENDERS = 16;
const EVENTS = 40_000;
const PAYLOAD = randomBytes(200);

const bytes: Topic<Uint8Array> = {
  name: '',
  codec: { encode: (message) => ({ finish: () => message }), decode: (message) => message },
};

const eventOf = (topic: string, i: number): Outgoing => ({
  topic,
  key: `lots/${i % 500}`,
  value: PAYLOAD,
  headers: {
    'content-type': 'application/protobuf',
    ce_specversion: '1.0',
    ce_id: `lots/${i % 500}@${i}`,
    ce_source: '/giaolo/parking',
    ce_type: 'parking.lot.changed.v1',
    ce_subject: `lots/${i % 500}`,
    ce_time: '2026-11-22T08:00:00.000Z',
    ce_sequence: String(i + 1),
    ce_principal: 'user:operator',
    ce_unit: '79/2025-07-01',
  },
});

async function produce({ kafka: brokers }: Servers): Promise<Row> {
  const [ours, theirs] = await makeTopics(brokers, 2, 12);
  const bus = openKafkaBus({
    service: 'bench',
    brokers,
    clock: wallClock,
    topicPrefix: '',
    produces: [{ name: ours as string }],
    consumes: [],
  });
  const raw = kafkaClient(brokers, 'bench').producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await raw.connect();
  const group = (topic: string | undefined, i: number) =>
    Array.from({ length: GROUP }, (_, k) => eventOf(topic as string, i * GROUP + k));
  const groups = EVENTS / GROUP;
  const what = { bench: 'events', metric: 'produced', unit: 'events/s', baseline: 'raw kafkajs', n: EVENTS };
  const row = await contest(
    what,
    async () => GROUP * (await rateOf(groups, SENDERS, (i) => bus.publisher.send(group(ours, i)))),
    async () =>
      GROUP *
      (await rateOf(groups, SENDERS, (i) => {
        const messages = group(theirs, i).map(({ key, value, headers }) => ({
          key,
          value: value as Buffer,
          headers: headers as Record<string, string>,
        }));
        return raw.send({ topic: theirs as string, acks: -1, messages });
      })),
  );
  await Promise.all([bus.close(), raw.disconnect()]);
  return row;
}

/** From the first record that is handled to the last, so that joining the group is left out. */
async function consume({ kafka: brokers }: Servers): Promise<Row> {
  const [name] = (await makeTopics(brokers, 1, 4)) as [string];
  const topic = { ...bytes, name };
  const filler = openKafkaBus({
    service: 'bench',
    brokers,
    clock: wallClock,
    topicPrefix: '',
    produces: [topic],
    consumes: [],
  });
  for (let i = 0; i < EVENTS; i += 1_000)
    await filler.publisher.send(Array.from({ length: 1_000 }, (_, k) => eventOf(name, i + k)));
  await filler.close();
  const meter = () => {
    let seen = 0;
    let started = 0;
    let done: (rate: number) => void = () => {};
    const rate = new Promise<number>((resolve) => {
      done = resolve;
    });
    const count = (records: number) => {
      if (seen === 0) started = performance.now();
      seen += records;
      if (seen >= EVENTS) done(EVENTS / ((performance.now() - started) / 1_000));
    };
    return { rate, count };
  };
  const group = () => `bench.${randomBytes(4).toString('hex')}`;
  const what = { bench: 'events', metric: 'consumed', unit: 'events/s', baseline: 'raw kafkajs', n: EVENTS };
  return contest(
    what,
    async () => {
      const { rate, count } = meter();
      const bus = openKafkaBus({
        service: 'bench',
        brokers,
        clock: wallClock,
        topicPrefix: '',
        produces: [topic],
        consumes: [topic],
      });
      await bus.consume({
        group: group(),
        deadLetters: name,
        handlers: [on(topic, async (batch) => count(batch.length))],
      });
      const measured = await rate;
      await bus.close();
      return measured;
    },
    async () => {
      const { rate, count } = meter();
      const consumer = kafkaClient(brokers, 'bench').consumer({ groupId: group(), maxBytesPerPartition: 512 * 1024 });
      await consumer.connect();
      await consumer.subscribe({ topics: [name], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: async ({ batch, heartbeat, commitOffsetsIfNecessary }) => {
          count(batch.messages.length);
          await heartbeat();
          const offset = String(BigInt(batch.lastOffset()) + 1n);
          const partitions = [{ partition: batch.partition, offset }];
          await commitOffsetsIfNecessary({ topics: [{ topic: batch.topic, partitions }] });
        },
      });
      const measured = await rate;
      await consumer.disconnect();
      return measured;
    },
  );
}

export const events: Bench = {
  name: 'events',
  about: `events of ${PAYLOAD.length} bytes and 10 headers through the chassis beside raw kafkajs (telemetry off)`,
  run: async (servers) => [await produce(servers), await consume(servers)],
};
