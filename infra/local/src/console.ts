import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Children, lastWords } from './children.ts';
import { root } from './places.ts';
import { nodeProgram } from './platform.ts';
import { type Report, whileWorking } from './report.ts';
import { Trouble } from './trouble.ts';

const console_ = join(root, 'services/console');
const stamp = join(console_, 'dist/.built');
const sources = [console_, join(root, 'services/gateway/src'), join(root, 'package-lock.json')];

/** Bundles the page where its sources are newer than the bundle. */
export async function buildConsole(children: Children, log: string, report: Report): Promise<void> {
  if (existsSync(stamp) && newest(sources) < statSync(stamp).mtimeMs) return;
  report('building the page');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const build = { name: 'vite', command: nodeProgram, args: [vite, 'build'], cwd: console_, log };
  const exit = await whileWorking(report, () => '  still building the page', children.run(build));
  if (exit.code !== 0) throw new Trouble(`the page cannot be built${lastWords({ log })}`);
  writeFileSync(stamp, '');
}

const LEFT_OUT = new Set(['dist', 'node_modules', 'test']);

/** When the newest of the files was last changed. */
function newest(paths: readonly string[]): number {
  return Math.max(
    ...paths.map((path) => {
      const stat = statSync(path);
      if (!stat.isDirectory()) return stat.mtimeMs;
      const inside = readdirSync(path).filter((name) => !LEFT_OUT.has(name));
      return Math.max(stat.mtimeMs, newest(inside.map((name) => join(path, name))));
    }),
  );
}
