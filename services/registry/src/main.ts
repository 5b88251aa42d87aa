import { readConfig } from '@giaolo/chassis/config';
import { log } from '@giaolo/chassis/log';
import { run } from '@giaolo/chassis/run';
import { openService } from '@giaolo/chassis/service';
import { registryConfig } from './config.ts';
import * as messages from './messages.ts';
import { startRegistry } from './service.ts';

await run('registry', async (lifecycle) => {
  const config = readConfig(registryConfig, process.env);
  const { bus, clock, openDecisions, serve } = await openService(lifecycle, config, messages);
  const { store, onCommitted, sweep } = await openDecisions();
  const registry = await startRegistry({ store, bus, clock, onCommitted });
  sweep(registry.onDue);
  log.info({ address: await serve([registry.rpc]) }, 'listening');
});
