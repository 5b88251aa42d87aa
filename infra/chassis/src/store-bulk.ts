import type { Instant } from './clock.ts';
import type { Redis } from './redis.ts';
import { shardOf } from './store.ts';
import { shardKeys, VERSION_FIELD } from './store-redis.ts';

/** An aggregate as the store keeps it. */
export interface StoredAggregate {
  /** Stable name, such as `lots/ben-du-thuyen`. */
  readonly name: string;
  readonly version: number;
  /** Field to its value as JSON. */
  readonly fields: ReadonlyMap<string, string>;
  readonly dueAt: Instant | undefined;
}

const AT_ONCE = 500;
const FIELDS_AT_ONCE = 1_000;

/** All aggregates of a service, in no order; what is committed meanwhile comes or does not. */
export async function* storedAggregates(redis: Redis, service: string): AsyncGenerator<StoredAggregate> {
  const due = await deadlines(redis, service);
  const seen = new Set<string>();
  const pattern = { MATCH: `{${service}:??}*`, COUNT: AT_ONCE, TYPE: 'hash' } as const;
  for await (const keys of redis.scanIterator(pattern)) {
    const fresh = keys.filter((key) => !seen.has(key));
    for (const key of fresh) seen.add(key);
    const hashes = await Promise.all(fresh.map((key) => redis.hGetAll(key)));
    for (const [at, key] of fresh.entries()) {
      const { [VERSION_FIELD]: version, ...fields } = hashes[at] as Record<string, string>;
      if (version === undefined) continue; // a lease
      const name = key.slice(key.indexOf('}') + 1);
      yield { name, version: Number(version), fields: new Map(Object.entries(fields)), dueAt: due.get(key) };
    }
  }
}

async function deadlines(redis: Redis, service: string): Promise<Map<string, Instant>> {
  const found = await Promise.all(shardKeys(service).map(({ due }) => redis.zRangeWithScores(due, 0, -1)));
  return new Map(found.flat().map(({ value, score }) => [value, score]));
}

/** Whether anything was decided there, or waits to be told. */
export async function holdsDecisions(redis: Redis, service: string): Promise<boolean> {
  if ((await outboxLength(redis, service)) > 0) return true;
  for await (const _ of storedAggregates(redis, service)) return true;
  return false;
}

/** How many commits wait in the outbox. */
export async function outboxLength(redis: Redis, service: string): Promise<number> {
  const lengths = await Promise.all(shardKeys(service).map(({ outbox }) => redis.xLen(outbox)));
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** Forgets the aggregates of a service with what waits of them; what was answered to requests stays. */
export async function clearAggregates(redis: Redis, service: string): Promise<void> {
  const keys = shardKeys(service);
  for await (const { name } of storedAggregates(redis, service)) await redis.del(`${keys[shardOf(name)]?.tag}${name}`);
  await Promise.all(keys.map(({ outbox, due }) => redis.del([outbox, due])));
}

/** Writes aggregates as their commits would have left them, in place of what is there. */
export async function putAggregates(redis: Redis, service: string, aggregates: Iterable<StoredAggregate>) {
  const keys = shardKeys(service);
  let writes: Promise<unknown>[] = [];
  for (const { name, version, fields, dueAt } of aggregates) {
    const shard = keys[shardOf(name)] as (typeof keys)[number];
    const key = `${shard.tag}${name}`;
    const pairs = [[VERSION_FIELD, String(version)], ...fields].flat();
    writes.push(redis.del(key));
    for (let at = 0; at < pairs.length; at += 2 * FIELDS_AT_ONCE)
      writes.push(redis.hSet(key, pairs.slice(at, at + 2 * FIELDS_AT_ONCE)));
    writes.push(dueAt === undefined ? redis.zRem(shard.due, key) : redis.zAdd(shard.due, { score: dueAt, value: key }));
    if (writes.length < AT_ONCE) continue;
    await Promise.all(writes);
    writes = [];
  }
  await Promise.all(writes);
}

/** The replicas of a service that have said within the last seconds that they live. */
export async function liveReplicas(redis: Redis, service: string): Promise<number> {
  const [seconds = '0'] = (await redis.sendCommand(['TIME'])) as unknown as string[];
  return redis.zCount(`{${service}}:replicas`, Number(seconds) * 1_000, '+inf');
}
