import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';

let child: ChildProcess;

afterEach(() => {
  child.kill('SIGKILL');
});

function start(behaviour: string) {
  const { NODE_OPTIONS: _, ...environment } = process.env;
  // What it logs is how the test knows that it is ready.
  const env = { ...environment, GIAOLO_LOG_LEVEL: 'info', NODE_NO_WARNINGS: '0' };
  const started = spawn(process.execPath, [`${import.meta.dirname}/run-fixture.ts`, behaviour], { env });
  child = started;
  let output = '';
  const listeners = new Set<() => void>();
  started.stdout.on('data', (chunk) => {
    output += chunk;
    for (const look of listeners) look();
  });
  const ended = once(started, 'close').then(([code]) => code as number);
  const errors = text(started.stderr);
  return {
    said: (what: string) =>
      new Promise<void>((resolve) => {
        const look = () => output.includes(what) && resolve();
        listeners.add(look);
        look();
      }),
    kill: () => started.kill('SIGTERM'),
    end: async () => ({ code: await ended, output, errors: await errors }),
  };
}

const order = (output: string) => output.split('\n').filter((line) => /^\w+ stop/.test(line));

test('a signal drains in order and exits with 0', async () => {
  const service = start('well');
  await service.said('fixture is ready');
  service.kill();
  const { code, output, errors } = await service.end();
  expect(order(output)).toEqual(['listener stopping', 'listener stopped', 'store stopped']);
  expect(code).toBe(0);
  expect(errors).toContain('OtherWarning: something else');
  expect(errors).not.toContain('TimeoutNegativeWarning');
});

test('a second signal exits at once', async () => {
  const service = start('slow');
  await service.said('fixture is ready');
  service.kill();
  await service.said('listener stopping');
  service.kill();
  expect((await service.end()).code).toBe(1);
});

test('a fault that nobody caught ends the process', async () => {
  const { code, output } = await start('rejects').end();
  expect(code).toBe(1);
  expect(output).toContain('forgotten');
});

test('what was started is stopped when the rest cannot start', async () => {
  const { code, output } = await start('cannot start').end();
  expect(code).toBe(1);
  expect(order(output)).toEqual(['store stopped']);
  expect(output).toContain('the port is taken');
});

test('a misconfigured service says all that is wrong, for people', async () => {
  const { code, errors } = await start('misconfigured').end();
  expect(code).toBe(1);
  expect(errors).toMatch(/^fixture cannot start:\n {2}GIAOLO_SERVICE is not set \(.+\)\n {2}KAFKA_BROKERS is not set/);
});
