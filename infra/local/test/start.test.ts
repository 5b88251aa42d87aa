import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { root } from '../src/places.ts';
import type { PlatformInfo } from '../src/platform-info.ts';
import { requireFree } from '../src/ports.ts';
import { isAlive } from './is-alive.ts';

const TIME = 120_000;

let state = '';
let starts: Start[] = [];

class Start {
  said = '';
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly exited: Promise<number | null>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    // Servers of its own: the test run's must not be among what it is seen to end.
    const { KAFKA_BROKERS: _, REDIS_URL: __, REDIS_LIVE_URL: ___, NODE_OPTIONS: ____, ...rest } = process.env;
    this.process = spawn(join(root, 'scripts/start'), args, {
      env: { ...rest, ...env, GIAOLO_STATE_DIR: state },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.on('data', (data) => {
        this.said += data;
      });
    this.exited = new Promise((resolve) => this.process.once('close', resolve));
    starts.push(this);
  }

  /** Where the platform is, once it is ready. */
  async ready(): Promise<PlatformInfo> {
    const saidOrOver = () => this.said.includes('Giaolo is ready') || this.process.exitCode !== null;
    await eventually('the platform is ready', saidOrOver, TIME);
    if (this.process.exitCode !== null) throw new Error(this.said);
    return JSON.parse(readFileSync(join(state, 'platform.json'), 'utf8'));
  }
}

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'giaolo-start-'));
  starts = [];
});

afterEach(async () => {
  for (const start of starts) start.process.kill('SIGTERM');
  await Promise.all(starts.map((start) => start.exited));
  rmSync(state, { recursive: true, force: true });
}, TIME);

/** Ports of all that the platform listens on. */
function portsOf(info: PlatformInfo): number[] {
  const urls = [info.gateway, info.redis, info.redisLive, ...Object.values(info.ops)].map((url) => new URL(url).port);
  const addresses = [info.parking, info.transit, info.registry, info.audit, info.kafka].map(
    (address) => address.split(':')[1],
  );
  return [...urls, ...addresses].map(Number);
}

async function nothingListens(info: PlatformInfo): Promise<boolean> {
  for (const port of portsOf(info))
    if (
      await requireFree({ kafka: port }).then(
        () => false,
        () => true,
      )
    )
      return false;
  return true;
}

test(
  'the platform is alive by one command, refuses a second one beside it, and Ctrl-C ends all of it',
  async () => {
    const first = new Start(['--private']);
    const info = await first.ready();
    expect((await fetch(info.gateway)).status).toBe(200);
    await eventually('the sample moves', () =>
      readFileSync(join(info.logs, 'feeder.log'), 'utf8').includes('are reporting'),
    );

    const second = new Start(['--private']);
    expect(await second.exited).toBe(1);
    expect(second.said.trim()).toMatch(
      /^scripts\/start: the platform of this checkout runs already, by process \d+: .*$/,
    );

    first.process.kill('SIGINT');
    expect(await first.exited).toBe(0);
    expect(await nothingListens(info)).toBe(true);
    expect(existsSync(join(state, 'platform.json'))).toBe(false);
  },
  TIME,
);

test(
  'kill -9 leaves nothing running; what was decided is there at the next start, and gone after --fresh',
  async () => {
    const lots = async ({ gateway, operatorTokenFile }: PlatformInfo) => {
      const headers = { authorization: `Bearer ${readFileSync(operatorTokenFile, 'utf8').trim()}` };
      const live = await fetch(`${gateway}/v1/live`, { headers, signal: AbortSignal.timeout(10_000) });
      let text = '';
      for await (const part of live.body ?? []) {
        text += Buffer.from(part).toString();
        if (text.includes('\n\n') && text.includes('snapshot')) break;
      }
      return [...text.matchAll(/"key":"(lots\/[^"]+)"/g)].map(([, name]) => name).toSorted();
    };
    const sample = ['lots/sample-beach', 'lots/sample-market'];

    const killed = new Start(['--private']);
    const first = await killed.ready();
    await eventually('the lots are open', async () => (await lots(first)).length === 2, 30_000);
    killed.process.kill('SIGKILL');
    await killed.exited;
    await eventually('the end of all', () => nothingListens(first), 30_000);

    const again = new Start(['--private', '--no-feeder']);
    expect(await lots(await again.ready())).toEqual(sample);
    again.process.kill('SIGTERM');
    expect(await again.exited).toBe(0);

    const fresh = new Start(['--private', '--no-feeder', '--fresh']);
    expect(await lots(await fresh.ready())).toEqual([]);
  },
  2 * TIME,
);

test(
  'a used port is named in one line, and nothing is left running',
  async () => {
    const offset = 11_000 + Math.floor(Math.random() * 1_000);
    const port = 7_002 + offset;
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const start = new Start([], { GIAOLO_PORT_OFFSET: String(offset) });
    expect(await start.exited).toBe(1);
    expect(start.said).toContain(`scripts/start: port ${port} (transit) is in use: end the program that has it`);
    await new Promise((resolve) => other.close(resolve));
    expect(await requireFree({ kafka: 9_092 + offset, redis: 6_379 + offset }).then(() => true)).toBe(true);
    expect(isAlive(start.process.pid as number)).toBe(false);
  },
  TIME,
);
