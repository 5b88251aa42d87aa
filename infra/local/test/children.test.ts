import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Children, untilReady } from '../src/children.ts';
import { nodeProgram } from '../src/platform.ts';
import { isAlive } from './is-alive.ts';

let dir = '';
let children: Children;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'giaolo-children-'));
  children = new Children();
});

afterEach(async () => {
  await children.endAll();
  rmSync(dir, { recursive: true, force: true });
});

const shell = (name: string, script: string) => ({ name, command: '/bin/sh', args: ['-c', script] });
const logged = (name: string, script: string) => ({ ...shell(name, script), log: join(dir, `${name}.log`) });

test('a child that does not listen to SIGTERM is killed, with what it started itself', async () => {
  const child = children.start({ ...logged('stubborn', "trap '' TERM; sleep 60 & echo $!; wait"), graceMs: 100 });
  const grandchild = await eventually('a grandchild', () => Number(readFileSync(child.log as string, 'utf8')));
  await child.end();
  expect(child.exit?.signal).toBe('SIGKILL');
  await eventually('its end', () => !isAlive(grandchild));
});

test('those of a higher stage have ended before those below are told to', async () => {
  const log = join(dir, 'order.log');
  const step = (name: string) =>
    shell(name, `exec 2>/dev/null; trap 'sleep 0.1; echo ${name}; exit' TERM; echo up; while :; do sleep 0.01; done`);
  children.start({ ...step('broker'), log });
  children.start({ ...step('service'), log, stage: 1 });
  children.start({ ...step('feeder'), log, stage: 2 });
  await eventually('all of them up', () => readFileSync(log, 'utf8') === 'up\n'.repeat(3));
  await children.endAll();
  expect(readFileSync(log, 'utf8')).toBe(`${'up\n'.repeat(3)}feeder\nservice\nbroker\n`);
});

test('nothing is started any more once all is being ended', async () => {
  await children.endAll();
  expect(() => children.start(shell('late', 'true'))).toThrow('late is not started');
});

test('a child that ends while it starts is told with its last words', async () => {
  const child = children.start(logged('broken', 'echo "Error: no luck"; echo "    at line 7"; exit 3'));
  await expect(untilReady(child, async () => false, 5_000)).rejects.toThrow(
    /^broken ended while starting \(code 3\): Error: no luck; see .*broken\.log$/,
  );
});

test('a child that is not ready in time is told', async () => {
  const child = children.start(logged('slow', 'sleep 60'));
  await expect(untilReady(child, async () => false, 50)).rejects.toThrow(/^slow is not ready after 0\.05 s; see/);
});

test('a program that is not there ends with 127', async () => {
  const exit = await children.run({
    name: 'absent',
    command: 'giaolo-no-such-program',
    args: [],
    log: join(dir, 'log'),
  });
  expect(exit.code).toBe(127);
});

test('nothing outlives a script that was killed by kill -9', async () => {
  const script = `
    import { Children } from ${JSON.stringify(join(import.meta.dirname, '../src/children.ts'))};
    const children = new Children();
    const polite = children.start({ name: 'polite', command: 'sleep', args: ['60'] });
    const deaf = children.start({ name: 'deaf', command: '/bin/sh', args: ['-c', "trap '' TERM; sleep 60 & wait"] });
    const over = await children.run({ name: 'over', command: 'true', args: [] });
    console.log(JSON.stringify([polite.pid, deaf.pid, children.guardianPid]));
    setInterval(() => {}, 1000);
  `;
  const args = ['--input-type=module-typescript', '--eval', script];
  const starter = spawn(nodeProgram, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [line] = (await starter.stdout.take(1).toArray()) as [Buffer];
  const pids: number[] = JSON.parse(line.toString());
  expect(pids.map(isAlive)).toEqual([true, true, true]);
  starter.kill('SIGKILL');
  await eventually('the end of all', () => !pids.some(isAlive));
});
