import { expect, test } from '@jest/globals';
import { type Topic, view } from '../src/bus.ts';
import { wallClock } from '../src/clock.ts';
import { openKafkaBus } from '../src/kafka/bus.ts';
import { brokers, createTopics, eventually, namespace } from '../src/testing/brokers.ts';
import { jsonCodec } from '../src/testing/counter-aggregate.ts';

test('a view of what is recent begins near the end of each partition, and goes on from there', async () => {
  const topic: Topic<{ n: number }> = { name: `${namespace('newest')}.v1`, codec: jsonCodec() };
  await createTopics([topic.name], 1);
  const bus = openKafkaBus({
    service: 'newest',
    brokers: brokers().kafka,
    clock: wallClock,
    topicPrefix: '',
    produces: [topic],
    consumes: [topic],
  });
  const send = (from: number, count: number) =>
    bus.publisher.send(
      Array.from({ length: count }, (_, i) => ({
        topic: topic.name,
        key: 'k',
        value: topic.codec.encode({ n: from + i }).finish(),
      })),
    );
  const seenBy = async (newest: number) => {
    const seen: number[] = [];
    const source = view(topic, ({ value: { n } }) => {
      seen.push(n);
      return undefined;
    });
    await bus.view({ sources: [source], newest });
    return seen;
  };
  await send(0, 5_000);
  const [few, all] = await Promise.all([seenBy(3), seenBy(1_000_000)]);
  expect(few).toEqual([4_997, 4_998, 4_999]);
  expect(all).toHaveLength(5_000);
  await send(5_000, 1);
  await eventually('what comes later is seen too', () => few.includes(5_000) && all.includes(5_000));
  await bus.stopConsuming();
  await bus.close();
});
