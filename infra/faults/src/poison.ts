import { join } from 'node:path';
import { type Codec, on, type Publisher, type Topic } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { eventually, namespace } from '@giaolo/chassis/testing/brokers';
import type { Random } from '@giaolo/chassis/testing/simulator/random';
import { lastWords } from '@giaolo/local/children';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { createTopics } from '@giaolo/local/topics';
import { readRegistry } from '@giaolo/topics/registry';
import { occupancyDeadLetters, occupancyObserved } from '@giaolo/topics/topics';
import { told } from './compare.ts';
import { type Context, scenario } from './scenario.ts';
import { type LogRecord, readTopic } from './topic-log.ts';

const GROUP = 'parking.occupancy';
const KEYS = 20;

interface Sent {
  readonly id: number;
  readonly key: string;
  readonly value: string;
  /** What is wrong with it. */
  readonly reason?: 'UNREADABLE' | 'UNPROCESSABLE';
}

/** A release of the consumer that does not know what to do with some records, until it is mended. */
class Patient {
  readonly handled = new Map<number, number>();
  /** Ids of each key in the order in which they were handled. */
  readonly order = new Map<string, number[]>();
  mended = false;

  readonly codec: Codec<number> = {
    encode: (id) => ({ finish: () => Buffer.from(String(id)) }),
    decode: (bytes) => {
      const text = Buffer.from(bytes).toString();
      if (!this.mended && text.startsWith('?')) throw new Error('a value of another kind');
      return Number(text.replace(/\D/g, ''));
    },
  };

  async handle(batch: readonly { readonly key: string; readonly value: number }[], poison: ReadonlySet<number>) {
    const bad = batch.find(({ value }) => poison.has(value));
    if (bad && !this.mended) throw new Error(`${bad.value} cannot be`);
    for (const { key, value } of batch) {
      this.handled.set(value, (this.handled.get(value) ?? 0) + 1);
      const order = this.order.get(key);
      if (order) order.push(value);
      else this.order.set(key, [value]);
    }
  }
}

/** `share` of the records are bad, in the one way or the other. */
function draw(records: number, share: number, random: Random): Sent[] {
  return Array.from({ length: records }, (_, id) => {
    const key = `lots/${id % KEYS}`;
    if (random.share() >= share) return { id, key, value: String(id) };
    const reason = random.pick(['UNREADABLE', 'UNPROCESSABLE'] as const);
    return { id, key, value: reason === 'UNREADABLE' ? `?${id}` : String(id), reason };
  });
}

export const poison = scenario({
  name: 'poison',
  about: 'records among others that cannot be read or handled, put back by scripts/dead-letters once that is mended',
  withinMs: { short: 90_000, long: 300_000 },
  short: { records: 2_000, share: 0.01 },
  long: { records: 20_000, share: 0.01 },
  async run({ records, share }, context) {
    const topicPrefix = `${namespace('poison')}.`;
    const letters = readRegistry().flatMap(({ name }) => (name.includes('.dead-letters.') ? [name] : []));
    const only = [occupancyObserved.name, ...letters];
    await createTopics(context.servers.kafka.join(','), { prefix: topicPrefix, only });
    const sent = draw(records, share, context.random);
    const bad = sent.filter(({ reason }) => reason);
    const patient = new Patient();
    const publisher = await consume(context, topicPrefix, patient, new Set(bad.map(({ id }) => id)));
    for (let at = 0; at < sent.length; at += 100)
      await publisher.send(
        sent
          .slice(at, at + 100)
          .map(({ key, value }) => ({ topic: occupancyObserved.name, key, value: Buffer.from(value) })),
      );
    const readLetters = () => readTopic(context.servers.kafka, topicPrefix + occupancyDeadLetters.name);
    const buried = async () => (await readLetters()).length >= bad.length;
    // What is not there in time is told below.
    await eventually('the good ones', () => patient.handled.size >= records - bad.length, 60_000).catch(() => {});
    await eventually('the bad ones', buried, 30_000).catch(() => {});
    const before = judge(sent, patient, await readLetters());

    patient.mended = true;
    await redriveAll(context, topicPrefix);
    await eventually('those put back', () => patient.handled.size >= records, 30_000).catch(() => {});
    const missing = sent.filter(({ id }) => !patient.handled.has(id));
    const twice = sent.filter(({ id }) => (patient.handled.get(id) ?? 0) > 1);
    return {
      injected: bad.length,
      operations: records,
      lost: before.lost + missing.length,
      duplicated: 0,
      dropped: 0,
      recoveryMs: [],
      broken: [
        ...before.broken,
        ...told(
          'not handled after they were put back',
          missing.map(({ id }) => String(id)),
        ),
        ...told(
          'handled twice',
          twice.map(({ id }) => String(id)),
        ),
      ],
      notes: [`${bad.filter(({ reason }) => reason === 'UNREADABLE').length} unreadable, the others unprocessable`],
    };
  },
});

async function consume(
  context: Context,
  topicPrefix: string,
  patient: Patient,
  bad: ReadonlySet<number>,
): Promise<Publisher> {
  const observed: Topic<number> = { name: occupancyObserved.name, codec: patient.codec };
  const bus = openKafkaBus({
    ...{ service: 'poisoned', brokers: context.servers.kafka, clock: wallClock, topicPrefix },
    produces: [observed, occupancyDeadLetters],
    consumes: [observed],
  });
  context.onEnd(() => bus.close());
  const handlers = [on(observed, (batch) => patient.handle(batch, bad))];
  await bus.consume({ group: GROUP, deadLetters: occupancyDeadLetters.name, handlers });
  return bus.publisher;
}

/** Before anything is mended: good ones handled once and in order, bad ones laid aside as they came, with the reason. */
function judge(sent: readonly Sent[], { handled, order }: Patient, letters: readonly LogRecord[]) {
  const good = sent.filter(({ reason }) => !reason);
  const laidAside = new Map(letters.map((letter) => [String(letter.value), letter.headers]));
  const lostGood = good.filter(({ id }) => !handled.has(id));
  const lostBad = sent.filter(({ reason, value }) => reason && !laidAside.has(value));
  const wrong = sent.filter(({ key, reason, value }) => {
    const headers = laidAside.get(value);
    if (!reason) return headers !== undefined;
    const { dead_letter_reason, dead_letter_topic, dead_letter_key, dead_letter_group, dead_letter_error } =
      headers ?? {};
    const named = [dead_letter_reason, dead_letter_topic, dead_letter_key, dead_letter_group].join();
    return headers && (named !== [reason, occupancyObserved.name, key, GROUP].join() || !dead_letter_error);
  });
  const disordered = [...order].filter(([, ids]) => ids.some((id, at) => at > 0 && id < (ids[at - 1] as number)));
  return {
    lost: lostGood.length + lostBad.length,
    broken: [
      ...told(
        'good ones not handled',
        lostGood.map(({ id }) => String(id)),
      ),
      ...told(
        'bad ones not laid aside',
        lostBad.map(({ value }) => value),
      ),
      ...told(
        'laid aside wrongly',
        wrong.map(({ value }) => value),
      ),
      ...told(
        'handled out of order',
        disordered.map(([key]) => key),
      ),
    ],
  };
}

/** As a person would. */
async function redriveAll({ children, dir, servers }: Context, topicPrefix: string): Promise<void> {
  const child = children.start({
    name: 'dead-letters',
    command: nodeProgram,
    args: ['scripts/dead-letters.ts', 'redrive', '--all', '--by', 'user:faults', '--why', 'mended'],
    cwd: root,
    log: join(dir, 'dead-letters.log'),
    env: {
      ...process.env,
      NODE_OPTIONS: undefined, // jest's
      KAFKA_BROKERS: servers.kafka.join(','),
      GIAOLO_TOPIC_PREFIX: topicPrefix,
    },
  });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`scripts/dead-letters ended with ${code}${lastWords(child)}`);
}
