import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '@giaolo/local/command';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { Trouble } from '@giaolo/local/trouble';
import { gate, runSteps } from './gate/steps.ts';

const usage = `scripts/check

The gate without servers: format and lint, types, layers, contracts, topics. scripts/test does this and more.
`;

function wantsHelp(): boolean {
  try {
    return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values.help ?? false;
  } catch (error) {
    throw new Trouble((error as Error).message);
  }
}

await command('scripts/check', 130, async ({ children }) => {
  if (wantsHelp()) {
    process.stdout.write(usage);
    return 0;
  }
  const failed = await runSteps(gate(), children, (line) => process.stdout.write(`${line}\n`));
  const topics = await children.run({
    name: 'topics',
    command: nodeProgram,
    args: [join(root, 'node_modules/jest/bin/jest.js'), 'infra/kafka'],
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' },
  });
  return failed.length > 0 || topics.code !== 0 ? 1 : 0;
});
