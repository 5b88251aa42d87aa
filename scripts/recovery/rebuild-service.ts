import { outgoingOf } from '@giaolo/chassis/committed';
import { BatchingProducer } from '@giaolo/chassis/kafka/producer';
import { Fingerprints, type Rebuilt } from '@giaolo/chassis/rebuild';
import type { Redis } from '@giaolo/chassis/redis';
import { stateRecords } from '@giaolo/chassis/state-records';
import {
  clearAggregates,
  holdsDecisions,
  liveReplicas,
  outboxLength,
  putAggregates,
  storedAggregates,
} from '@giaolo/chassis/store-bulk';
import { markFilling, markWhole, memoryOf } from '@giaolo/chassis/store-memory';
import { Trouble } from '@giaolo/local/trouble';
import type { Kafka } from 'kafkajs';
import type { Plan } from './plans.ts';
import { readState } from './read-state.ts';
import { setGroupsBack } from './set-groups-back.ts';

export interface RebuildPlace {
  readonly kafka: Kafka;
  readonly redis: Redis;
  readonly prefix: string;
}

export interface RebuildOptions {
  /** Also where the store holds decisions: they are replaced, and what waits in its outbox is lost. */
  readonly replace?: boolean;
}

export interface RebuildResult {
  readonly service: string;
  readonly aggregates: number;
  readonly deadlines: number;
  readonly records: number;
  readonly tookMs: number;
  /** Of the store afterwards, and of Kafka; the same. */
  readonly hash: string;
  /** Aggregates whose facts had come further than their state. */
  readonly raised: readonly Pick<Rebuilt, 'name' | 'version' | 'raisedFrom'>[];
  /** How many records its groups will read once more. */
  readonly setBack: number;
}

export interface Comparison {
  readonly service: string;
  readonly aggregates: number;
  readonly store: string;
  readonly kafka: string;
  readonly waiting: number;
  readonly differences: ReturnType<Fingerprints['differences']>;
}

/**
 * So long after the start of a server that came back empty, no replica takes a lease of before for its own, and sends
 * what it has read of an outbox that is gone.
 */
const OLD_LEASES_END_SECONDS = 7;
/** A replica that has ended is not taken for one that lives for longer than this. */
const LAST_SIGN_MS = 12_000;

/**
 * Fills the store of a service from Kafka. Ended in between, it leaves a store in which nothing is decided, and can be run
 * again. Throws a Trouble where there is something to lose.
 */
export async function rebuildService(
  place: RebuildPlace,
  plan: Plan,
  options: RebuildOptions = {},
): Promise<RebuildResult> {
  const { kafka, redis, prefix } = place;
  const { service } = plan;
  await requireEmpty(redis, service, options);
  await untilOldLeasesEnd(redis);
  const began = performance.now();
  await markFilling(redis, service);
  await clearAggregates(redis, service);
  const { fold, records, newest } = await readState(kafka, prefix, plan);
  const expected = new Fingerprints();
  const raised: Rebuilt[] = [];
  let deadlines = 0;
  const noting = function* (aggregates: Iterable<Rebuilt>) {
    for (const aggregate of aggregates) {
      expected.add(aggregate);
      if (aggregate.raisedFrom !== undefined) raised.push(aggregate);
      if (aggregate.dueAt !== undefined) deadlines++;
      yield aggregate;
    }
  };
  await putAggregates(redis, service, noting(fold.aggregates()));
  await tell(place, plan, raised);
  const stored = await fingerprintsOf(redis, service);
  if (stored.hash !== expected.hash) throw new Error(`${service}: the store does not hold what was written to it`);
  const setBack = await setGroupsBack(kafka, prefix, service, newest);
  await markWhole(redis, service);
  const tookMs = performance.now() - began;
  return { service, aggregates: expected.count, deadlines, records, tookMs, hash: stored.hash, raised, setBack };
}

/** Compares what the store holds with what Kafka says; the newest commits may be on their way while the service runs. */
export async function compareService({ kafka, redis, prefix }: RebuildPlace, plan: Plan): Promise<Comparison> {
  const { service } = plan;
  const stored = await fingerprintsOf(redis, service);
  const told = new Fingerprints();
  for (const aggregate of (await readState(kafka, prefix, plan)).fold.aggregates()) told.add(aggregate);
  const waiting = await outboxLength(redis, service);
  const differences = stored.differences(told);
  return { service, aggregates: stored.count, store: stored.hash, kafka: told.hash, waiting, differences };
}

async function fingerprintsOf(redis: Redis, service: string): Promise<Fingerprints> {
  const prints = new Fingerprints();
  for await (const aggregate of storedAggregates(redis, service)) prints.add(aggregate);
  return prints;
}

async function requireEmpty(redis: Redis, service: string, { replace }: RebuildOptions): Promise<void> {
  if (!replace && (await memoryOf(redis, service)) !== 'filling' && (await holdsDecisions(redis, service)))
    throw new Trouble(`the store of ${service} is not empty: --replace forgets what it holds`);
  const givenUp = performance.now() + LAST_SIGN_MS;
  for (;;) {
    const replicas = await liveReplicas(redis, service);
    if (replicas === 0) return;
    if (performance.now() > givenUp)
      throw new Trouble(`${replicas} replica${replicas === 1 ? '' : 's'} of ${service} live: end them first`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function untilOldLeasesEnd(redis: Redis): Promise<void> {
  const uptime = Number(/uptime_in_seconds:(\d+)/.exec(await redis.info('server'))?.[1] ?? 0);
  const left = Math.max(0, OLD_LEASES_END_SECONDS - uptime);
  await new Promise((resolve) => setTimeout(resolve, left * 1_000));
}

/** The raised versions become known to Kafka too: its facts may be gone before the next rebuild. */
async function tell({ kafka, prefix }: RebuildPlace, plan: Plan, raised: readonly Rebuilt[]): Promise<void> {
  const only = plan.states.length === 1 ? prefix + plan.states[0] : undefined;
  const records = raised.flatMap(({ name, version, fields, dueAt, topic = only }) => {
    if (topic === undefined) return [];
    const state = Object.fromEntries([...fields].map(([field, json]) => [field, JSON.parse(json)]));
    return stateRecords(topic, name, { version, state, patch: {}, dueAt });
  });
  const producer = new BatchingProducer(kafka);
  await producer.send(records.map((record) => outgoingOf(plan.service, record)));
  await producer.close();
}
