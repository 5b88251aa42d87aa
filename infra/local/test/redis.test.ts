import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Children } from '../src/children.ts';
import { freePorts } from '../src/ports.ts';
import { pongs, redisServer, startRedis } from '../src/redis.ts';

let children: Children;
let dir = '';

beforeEach(() => {
  children = new Children();
  dir = mkdtempSync(join(tmpdir(), 'giaolo-redis-'));
});

afterEach(async () => {
  await children.endAll();
  rmSync(dir, { recursive: true, force: true });
});

test('where redis-server is not installed, the one that Maven brings runs', async () => {
  const server = await redisServer('', children, () => {});
  expect(execFileSync(server, ['--version']).toString()).toMatch(/^Redis server v=6\./);
}, 120_000);

test('what was acknowledged is there after kill -9', async () => {
  const { redis: port } = await freePorts();
  const place = { role: 'durable', dir, port, log: join(dir, 'redis.log') } as const;
  const first = await startRedis(place, children, () => {});
  execFileSync('/bin/sh', ['-c', `printf 'SET lot full\\r\\n' | timeout 2 cat - >/dev/tcp/127.0.0.1/${port} || true`]);
  first.signal('SIGKILL');
  await first.exited;
  expect(await pongs('127.0.0.1', port)).toBe(false);
  await startRedis(place, children, () => {});
  expect(await pongs('127.0.0.1', port)).toBe(true);
});
