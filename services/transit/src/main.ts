import { readConfig } from '@giaolo/chassis/config';
import { connectRedis } from '@giaolo/chassis/redis';
import { run } from '@giaolo/chassis/run';
import { openService } from '@giaolo/chassis/service';
import { redisFeedArchive } from './adapters/feed-archive.ts';
import { keptFeedArchive, partsIn } from './adapters/kept-feeds.ts';
import { redisVehicleStore } from './adapters/vehicle-store.ts';
import { transitConfig } from './config.ts';
import * as messages from './messages.ts';
import { startTransit } from './service.ts';

await run('transit', async (lifecycle) => {
  const config = readConfig(transitConfig, process.env);
  const { bus, clock, openDecisions, check, serve } = await openService(lifecycle, config, messages);
  const live = await connectRedis(config.REDIS_LIVE_URL, 'live');
  lifecycle.onStop('redis live', () => live.destroy());
  check('redis live', () => live.ping());
  const archived = await connectRedis(config.REDIS_URL, 'decisions');
  lifecycle.onStop('redis archive', () => archived.destroy());
  const { store, onCommitted } = await openDecisions();
  const parts = partsIn(config.GIAOLO_TOPIC_PREFIX, config.KAFKA_BROKERS, `${config.GIAOLO_SERVICE}-archive`);
  const transit = await startTransit({
    store,
    bus,
    clock,
    archive: keptFeedArchive(redisFeedArchive(archived), bus.publisher, parts),
    vehicles: redisVehicleStore(live, config.GIAOLO_TOPIC_PREFIX),
    onCommitted,
    stopping: lifecycle.stopping,
  });
  await serve([transit]);
});
