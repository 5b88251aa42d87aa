import { on } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { run } from '@giaolo/chassis/run';
import { counted } from '@giaolo/chassis/testing/counter-aggregate';
import { openEffects } from './effects.ts';
import { letters } from './feed.ts';

const { GIAOLO_TOPIC_PREFIX: topicPrefix = '', GIAOLO_FAULTS_GROUP: group = '', REDIS_URL: url = '' } = process.env;

/** A member of a consumer group, whose effects can be counted. */
await run('effects', async (lifecycle) => {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const { effects, close } = await openEffects(url, topicPrefix + group);
  lifecycle.onStop('redis', close);
  const options = { service: 'effects', brokers, clock: wallClock, topicPrefix };
  const bus = openKafkaBus({ ...options, produces: [letters], consumes: [counted] });
  lifecycle.onStop('bus', () => bus.close());
  await bus.consume({
    group,
    deadLetters: letters.name,
    handlers: [
      on(counted, async (batch) => {
        const events = batch.map(({ key, sequence = 0, time }) => ({ key, sequence, time }));
        await effects.take(events, wallClock.now());
      }),
    ],
  });
});
