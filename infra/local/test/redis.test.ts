import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createClient } from 'redis';
import { Children } from '../src/children.ts';
import { freePorts } from '../src/ports.ts';
import { redisServer, requireReadable, startRedis } from '../src/redis.ts';

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

test('an older Redis does not begin again from nothing where a newer one kept its state', async () => {
  const server = await redisServer('', children, () => {});
  requireReadable(dir, server);
  mkdirSync(join(dir, 'appendonlydir'));
  expect(() => requireReadable(dir, server)).toThrow(/kept by Redis 7 or later, and this one is 6\..*--fresh/);
}, 120_000);

test('what was acknowledged is there after kill -9', async () => {
  const { redis: port } = await freePorts();
  const place = { role: 'durable', dir, port, log: join(dir, 'redis.log') } as const;
  const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: 20 } });
  client.on('error', () => {});
  const first = await startRedis(place, children, () => {});
  await client.connect();
  await client.set('lot', 'full');
  first.signal('SIGKILL');
  await first.exited;
  await startRedis(place, children, () => {});
  expect(await client.get('lot')).toBe('full');
  client.destroy();
});
