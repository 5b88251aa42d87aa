import { readConfig } from '@giaolo/chassis/config';
import { run } from '@giaolo/chassis/run';
import { parkingConfig } from './config.ts';
import { openParking } from './open.ts';

await run('parking', async (lifecycle) => {
  await openParking(readConfig(parkingConfig, process.env), lifecycle);
});
