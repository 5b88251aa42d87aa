import { readConfig } from '@giaolo/chassis/config';
import { log } from '@giaolo/chassis/log';
import { run } from '@giaolo/chassis/run';
import { openService } from '@giaolo/chassis/service';
import { parkingConfig } from './config.ts';
import * as messages from './messages.ts';
import { startParking } from './service.ts';

await run('parking', async (lifecycle) => {
  const config = readConfig(parkingConfig, process.env);
  const { bus, clock, openDecisions, serve } = await openService(lifecycle, config, messages);
  const { store, onCommitted, sweep } = await openDecisions();
  const parking = await startParking({ store, bus, clock, onCommitted });
  sweep(parking.onDue);
  log.info({ address: await serve([parking.rpc]) }, 'listening');
});
