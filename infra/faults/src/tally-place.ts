import { isDeepStrictEqual } from 'node:util';
import { wallClock } from '@giaolo/chassis/clock';
import { connectRedis } from '@giaolo/chassis/redis';
import { redisStore } from '@giaolo/chassis/store-redis';
import { createTopics, eventually, namespace } from '@giaolo/chassis/testing/brokers';
import { counted, tallyState } from '@giaolo/chassis/testing/counter-aggregate';
import { compare, told } from './compare.ts';
import { differing } from './compare-state.ts';
import type { Load } from './load.ts';
import { consumes, produces, type Tally, tallyAfter } from './tally.ts';
import type { TallyPlace } from './tally-replica.ts';
import { readTopic } from './topic-log.ts';
import type { Watcher } from './watcher.ts';

const PARTITIONS = 4;

/** How a fault begins that is told of the topic of states. */
export const REBUILT_WRONG = 'would be rebuilt wrong from the topic of states';

/** A tally service's own keys and topics. */
export async function makePlace(servers: { kafka: readonly string[]; redis: string }): Promise<TallyPlace> {
  const service = namespace('tally');
  const topicPrefix = `${service}.`;
  const names = [...produces, ...consumes].map(({ name }) => topicPrefix + name);
  await createTopics(names, PARTITIONS, servers.kafka);
  return { service, topicPrefix, kafka: servers.kafka, redis: servers.redis };
}

/** The states of the tallies as the store has them. */
export async function readStates(place: TallyPlace, keys: Iterable<string>): Promise<Map<string, Tally>> {
  const redis = await connectRedis(place.redis, 'decisions');
  const store = redisStore(redis, place.service, wallClock);
  const states = new Map<string, Tally>();
  for (const key of keys) states.set(key, (await store.load(`tallies/${key}`)).fields as Tally);
  redis.destroy();
  return states;
}

/** Waits until the bus has what the store has, then holds both, and what the consumer made of it, against the answers. */
export async function compareAll(place: TallyPlace, load: Load, watcher: Watcher) {
  const states = await readStates(place, load.answers.keys());
  const counts = new Map([...states].map(([key, { count = 0 }]) => [key, count]));
  const committed = [...counts.values()].reduce((sum, count) => sum + count, 0);
  // What is not there in time is told as lost.
  await watcher.caughtUp(committed).catch(() => {});
  const events = await readTopic(place.kafka, place.topicPrefix + counted.name);
  const { lost, duplicated, broken } = compare(load.answers, events, counts);
  const named = new Map([...states].map(([key, state]) => [`tallies/${key}`, { ...state }]));
  const odd = [...states].filter(([, state]) => !isDeepStrictEqual(tallyAfter(state.count ?? 0), state));
  const differ = async () => differing(await readTopic(place.kafka, place.topicPrefix + tallyState.name), named);
  // What came late is mended by who sent it late; that takes a moment.
  await eventually('the topic of states is right', async () => (await differ()).length === 0, 30_000).catch(() => {});
  const undone = watcher.effects - (events.length - duplicated);
  return {
    operations: load.acknowledged,
    lost,
    duplicated,
    dropped: duplicated - Math.max(0, undone),
    broken: [
      ...broken,
      ...told(
        'has a state that its commands do not make',
        odd.map(([key]) => key),
      ),
      ...told('had effects in the wrong order', watcher.gaps),
      ...(undone < 0 ? [`${-undone} events had no effect`] : []),
      ...told(REBUILT_WRONG, await differ()),
    ],
    /** Repeats that the sequence check did not keep from the handler. */
    passedGate: watcher.handled - watcher.effects,
  };
}
