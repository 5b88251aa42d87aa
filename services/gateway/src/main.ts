import { readConfig } from '@giaolo/chassis/config';
import { run } from '@giaolo/chassis/run';
import { gatewayConfig } from './config.ts';
import { openGateway } from './open.ts';

await run('gateway', async (lifecycle) => {
  await openGateway(readConfig(gatewayConfig, process.env), lifecycle);
});
