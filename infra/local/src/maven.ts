import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Children } from './children.ts';
import { cacheDir, root } from './places.ts';
import { type Report, whileWorking } from './report.ts';
import { requireSpace, Trouble } from './trouble.ts';

/** What a pom of infra/ brings. */
export interface Artifacts {
  /** `kafka` or `redis`: infra/<name>/pom.xml */
  readonly name: string;
  /** As a person knows it, with its size. */
  readonly what: string;
  readonly megabytes: number;
}

const LISTING = 'complete.json';

/**
 * The folder with the jars that infra/<name>/pom.xml asks for, fetched by Maven when it is not in the cache.
 * A folder in the cache is whole: it is filled elsewhere, listed, and then put in its place at once.
 */
export async function fetchJars(
  artifacts: Artifacts,
  children: Children,
  report: Report,
  cache = cacheDir,
): Promise<string> {
  const pom = join(root, 'infra', artifacts.name, 'pom.xml');
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const place = join(cache, `${artifacts.name}-${version}`);
  if (isWhole(place)) return place;
  mkdirSync(cache, { recursive: true });
  requireSpace(cache, artifacts.megabytes * 3, `fetching ${artifacts.what}`);

  report(`fetching ${artifacts.what} through Maven`);
  const filling = `${place}.${randomBytes(4).toString('hex')}`;
  try {
    await copyDependencies(pom, filling, artifacts, children, report);
    writeFileSync(join(filling, LISTING), JSON.stringify(sizes(filling)));
    rmSync(place, { recursive: true, force: true });
    renameSync(filling, place);
  } catch (error) {
    rmSync(filling, { recursive: true, force: true });
    if (!isWhole(place)) throw error; // else another run was faster
  }
  return place;
}

async function copyDependencies(
  pom: string,
  target: string,
  { what }: Artifacts,
  children: Children,
  report: Report,
): Promise<void> {
  const log = `${target}.log`;
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`];
  const args = ['--batch-mode', '--no-transfer-progress', '-Dstyle.color=never', '--file', pom, ...goal];
  const exit = await whileWorking(
    report,
    () => `  still fetching ${what}`,
    children.run({ name: 'mvn', command: 'mvn', args, log }),
  );
  const said = readFileSync(log, 'utf8');
  rmSync(log);
  if (exit.code === 0) return;
  if (/No space left/.test(said)) throw new Trouble('the disk is full: free some space and try again');
  if (exit.code === 127) throw new Trouble('Maven (mvn) is missing: install it, such as by apt-get install maven');
  const reason = /^\[ERROR\] (?:Failed to execute goal \S+ )?(.*)/m.exec(said)?.[1] ?? 'no reason given';
  throw new Trouble(`Maven could not fetch ${what}: ${reason.slice(0, 300)} (is the network there?)`);
}

const sizes = (dir: string): Record<string, number> =>
  Object.fromEntries(
    readdirSync(dir)
      .filter((file) => file !== LISTING)
      .map((file) => [file, statSync(join(dir, file)).size]),
  );

function isWhole(dir: string): boolean {
  const listing = join(dir, LISTING);
  if (!existsSync(listing)) return false;
  const found = sizes(dir);
  const expected = Object.entries(JSON.parse(readFileSync(listing, 'utf8')) as Record<string, number>);
  return expected.length > 0 && expected.every(([file, size]) => found[file] === size);
}
