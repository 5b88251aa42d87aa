import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wallClock } from '@giaolo/chassis/clock';
import type { Failpoint } from '@giaolo/chassis/failpoint';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { createTopics, eventually, namespace } from '@giaolo/chassis/testing/brokers';
import { counted } from '@giaolo/chassis/testing/counter-aggregate';
import { type Child, untilReady } from '@giaolo/local/children';
import { nodeProgram } from '@giaolo/local/platform';
import { told } from './compare.ts';
import type { Effects } from './effects.ts';
import { fired, firesInto } from './failpoints.ts';
import { Feed, letters } from './feed.ts';
import type { Context } from './scenario.ts';

const READY_WITHIN_MS = 60_000;
const PARTITIONS = 12;

/** Which group, on whose topic. */
export interface MemberOf {
  readonly topicPrefix: string;
  readonly group: string;
}

export interface Member {
  readonly child: Child;
  fired(): Failpoint[];
}

/** A topic of its own with events that come in at a steady rate. */
export async function startFeed(context: Context, load: { readonly rate: number; readonly keys: number }) {
  const { kafka: brokers } = context.servers;
  const topicPrefix = `${namespace('effects')}.`;
  await createTopics(
    [counted, letters].map(({ name }) => topicPrefix + name),
    PARTITIONS,
    brokers,
  );
  const options = { service: 'feed', brokers, clock: wallClock, topicPrefix };
  const bus = openKafkaBus({ ...options, produces: [counted], consumes: [] });
  context.onEnd(() => bus.close());
  const feed = new Feed(bus.publisher, load);
  context.onEnd(() => feed.abandon());
  return { topicPrefix, feed };
}

let started = 0;

/** Starts one more member of a group as a process; ready when it has asked to join. */
export async function startMember(
  context: Context,
  { topicPrefix, group }: MemberOf,
  failpoints = '',
): Promise<Member> {
  const name = `member-${++started}`;
  const { env, log } = firesInto(context.dir, name, failpoints);
  const output = join(context.dir, `${name}.log`);
  const child = context.children.start({
    name,
    command: nodeProgram,
    args: [join(import.meta.dirname, 'effect-service.ts')],
    log: output,
    stage: 1,
    graceMs: 22_000,
    env: {
      ...process.env,
      NODE_OPTIONS: undefined, // jest's
      GIAOLO_LOG_LEVEL: 'info',
      GIAOLO_TOPIC_PREFIX: topicPrefix,
      GIAOLO_FAULTS_GROUP: group,
      KAFKA_BROKERS: context.servers.kafka.join(','),
      REDIS_URL: context.servers.redisLive,
      ...env,
    },
  });
  const isReady = () => existsSync(output) && readFileSync(output, 'utf8').includes('effects is ready');
  // A failpoint may end it in the moment after it was ready.
  await untilReady(child, async () => isReady(), READY_WITHIN_MS).catch((error) => {
    if (!isReady()) throw error;
  });
  return { child, fired: () => fired(log) };
}

/** Holds the effects of a group against what was acknowledged. */
async function compareEffects(acknowledged: ReadonlyMap<string, number>, effects: Effects) {
  const [all, seen, gaps] = await Promise.all([effects.all(), effects.seen(), effects.gaps()]);
  const missing = [...acknowledged].filter(([key, count]) => (all.get(key) ?? 0) < count);
  const twice = [...acknowledged].filter(([key, count]) => (all.get(key) ?? 0) > count);
  const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, count) => total + count, 0);
  return {
    lost: missing.reduce((total, [key, count]) => total + count - (all.get(key) ?? 0), 0),
    /** Came to a handler again. */
    repeated: sum(seen) - sum(all),
    broken: [
      ...told(
        'events without effect',
        missing.map(([key]) => key),
      ),
      ...told(
        'more effects than events',
        twice.map(([key]) => key),
      ),
      ...(gaps > 0 ? [`${gaps} effects came before those of earlier events`] : []),
    ],
  };
}

/** Milliseconds until every key has had an effect once more. */
export async function untilConsumed(effects: Effects, feed: Feed): Promise<number> {
  const from = wallClock.now();
  const isConsumed = async () => {
    const at = await effects.at();
    return [...feed.acknowledged.keys()].every((key) => (at.get(key) ?? 0) > from);
  };
  await eventually('all keys are consumed again', isConsumed, 60_000);
  return wallClock.now() - from;
}

/** Waits for the effects of all that was acknowledged, then compares. */
export async function settleEffects(feed: Feed, effects: Effects) {
  const isThere = async () => {
    const all = await effects.all();
    return [...feed.acknowledged].every(([key, count]) => (all.get(key) ?? 0) >= count);
  };
  // What has no effect in time is told as lost.
  await eventually('all effects', isThere, 30_000).catch(() => {});
  return compareEffects(feed.acknowledged, effects);
}
