import { sweepDeadlines } from '@giaolo/chassis/deadlines';
import { serveGrpc } from '@giaolo/chassis/grpc/server';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import type { Lifecycle } from '@giaolo/chassis/lifecycle';
import { startRelay } from '@giaolo/chassis/outbox';
import { connectRedis } from '@giaolo/chassis/redis';
import { ownShards, type ShardOwnership } from '@giaolo/chassis/shards';
import { redisStore } from '@giaolo/chassis/store-redis';
import { verifier } from '@giaolo/chassis/tokens';
import type { ParkingConfig } from './config.ts';
import { consumes, produces } from './messages.ts';
import { startParking } from './service.ts';

/** Opens a replica: what it stands on first, what it is asked by last; answers where its gRPC listens. */
export async function openParking(config: ParkingConfig, lifecycle: Lifecycle): Promise<string> {
  const { GIAOLO_SERVICE: service, GIAOLO_CLOCK: clock } = config;
  const redis = await connectRedis(config.REDIS_URL, 'decisions');
  lifecycle.onStop('redis', () => redis.close());
  const subscriber = await connectRedis(config.REDIS_URL, 'subscriber');
  lifecycle.onStop('redis subscriber', () => subscriber.close());
  const bus = openKafkaBus({
    service,
    brokers: config.KAFKA_BROKERS,
    clock,
    topicPrefix: config.GIAOLO_TOPIC_PREFIX,
    produces,
    consumes,
  });
  lifecycle.onStop('bus', () => bus.close());
  const store = redisStore(redis, service, clock);
  let ownership: ShardOwnership | undefined;
  const relay = await startRelay({ redis, subscriber }, service, bus.publisher, () => ownership);
  lifecycle.onStop('outbox', () => relay.stop());
  const parking = await startParking({ store, bus, clock, onCommitted: relay.wake });
  ownership = await ownShards(redis, service, config.GIAOLO_GRPC_ADDRESS, relay.gained);
  lifecycle.onStop('shards', ownership.stop);
  const sweep = sweepDeadlines(redis, service, store, ownership, parking.onDue);
  lifecycle.onStop('deadlines', sweep.stop);
  const server = await serveGrpc({
    address: config.GIAOLO_GRPC_ADDRESS,
    services: [parking.rpc],
    verifier: await verifier(config.GIAOLO_JWKS_FILE),
    readiness: lifecycle.readiness,
    reflection: config.GIAOLO_GRPC_REFLECTION,
  });
  lifecycle.onStop('grpc', () => server.stop());
  return server.address;
}
