// A service that the test of `run` starts as a process; its argument says how it behaves.
import { baseConfig, readConfig } from '@giaolo/chassis/config';
import { run } from '@giaolo/chassis/run';

const behaviour = process.argv[2];
const say = (text: string) => process.stdout.write(`${text}\n`);

await run('fixture', async (lifecycle) => {
  if (behaviour === 'misconfigured') readConfig(baseConfig, {});
  lifecycle.onStop('store', () => say('store stopped'));
  if (behaviour === 'cannot start') throw new Error('the port is taken');
  lifecycle.onStop('listener', async () => {
    say('listener stopping');
    if (behaviour === 'slow') await new Promise(() => {});
    say('listener stopped');
  });
  process.emitWarning('-1 is a negative number.', 'TimeoutNegativeWarning');
  process.emitWarning('something else', 'OtherWarning');
  // Keeps the process alive, as a listener would.
  setInterval(() => {}, 60_000);
  if (behaviour === 'rejects') setImmediate(() => Promise.reject(new Error('forgotten')));
});
