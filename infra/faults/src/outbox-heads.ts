import { connectRedis } from '@giaolo/chassis/redis';
import { SHARDS, shardTag } from '@giaolo/chassis/store';
import { eventually } from '@giaolo/chassis/testing/brokers';
import type { Context } from './scenario.ts';
import type { TallyPlace } from './tally-replica.ts';

/** When Kafka next acknowledges something, by performance.now(): then what waits first in an outbox goes away. */
export async function nextAcknowledgement(context: Context, { redis: url, service }: TallyPlace): Promise<number> {
  const redis = await connectRedis(url, 'decisions');
  context.onEnd(() => redis.destroy());
  const streams = Array.from({ length: SHARDS }, (_, shard) => `${shardTag(service, shard)}outbox`);
  const heads = () =>
    Promise.all(streams.map(async (stream) => (await redis.xRange(stream, '-', '+', { COUNT: 1 }))?.[0]?.id));
  const before = await heads();
  const hasMoved = (now: readonly (string | undefined)[]) =>
    before.some((head, shard) => head !== undefined && head !== now[shard]);
  await eventually('Kafka acknowledges', async () => hasMoved(await heads()), 60_000);
  return performance.now();
}
