import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Children } from '@giaolo/local/children';
import { buildConsole } from '@giaolo/local/console';
import { root, stateDir } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { explain } from '@giaolo/local/trouble';
import { breakingAgainst } from './breaking.ts';
import { misplacedNames } from './machine-names.ts';
import { impureRooms } from './purity.ts';

/** One check of the gate. */
export interface Step {
  readonly name: string;
  /** What is wrong, as lines for a person; empty = passed. */
  run(children: Children): Promise<string>;
}

const logs = join(stateDir, 'gate');

/** The page as it goes out; whatever asks for it needs it to be there. */
export const page: Step = {
  name: 'the page can be built (vite)',
  run: async (children) => {
    const built = buildConsole(children, join(logs, 'vite.log'), () => {});
    return built.then(() => '', explain);
  },
};

/** The checks that need no server. Tests stand beside them: scripts/test runs both. */
export function gate(): Step[] {
  return [
    tool('format and lint (biome)', ['@biomejs/biome/bin/biome', 'ci', '--colors=off', '.']),
    tool('types (tsc)', ['typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit']),
    ...pageTypes(),
    page,
    tool('layers (dependency-cruiser)', layersCommand),
    tool('contracts (buf lint)', ['@bufbuild/buf/bin/buf', 'lint'], 'proto'),
    { name: 'contracts older clients know (buf breaking)', run: breakingAgainst },
    { name: 'rooms read no clock, chance or environment', run: async () => impureRooms(root).join('\n') },
    { name: 'no name of one machine in the tree', run: async () => misplacedNames().join('\n') },
  ];
}

export const layersCommand = [
  'dependency-cruiser/bin/dependency-cruiser.mjs',
  ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
  ...['infra', 'services', 'scripts', 'proto/generate.ts'],
];

function pageTypes(): Step[] {
  const config = 'services/console/tsconfig.json';
  if (!existsSync(join(root, config))) return [];
  return [tool('types of the page (tsc)', ['typescript/bin/tsc', '-p', config, '--noEmit'])];
}

/** A program of node_modules, which passes when it ends with 0. */
function tool(name: string, [program = '', ...args]: readonly string[], dir = '.'): Step {
  const run = async (children: Children) => {
    mkdirSync(logs, { recursive: true });
    const log = join(logs, `${name.replaceAll(/\W+/g, '-')}.log`);
    rmSync(log, { force: true });
    const command = [join(root, 'node_modules', program), ...args];
    const exit = await children.run({ name, command: nodeProgram, args: command, cwd: join(root, dir), log });
    return exit.code === 0 ? '' : said(log) || `${program} ended with ${exit.code ?? exit.signal}`;
  };
  return { name, run };
}

// dependency-cruiser ends each run with a paragraph on TypeScript 7; it reads our sources by swc.
const said = (log: string): string =>
  stripVTControlCharacters(readFileSync(log, 'utf8'))
    .replace(/^\W*missing-tsc-transpiler:[\s\S]*/m, '')
    .trim();

/** Runs the steps one after the other, telling each; answers the names of those that failed. */
export async function runSteps(steps: readonly Step[], children: Children, tell: (line: string) => void) {
  const failed: string[] = [];
  for (const { name, run } of steps) {
    const wrong = await run(children);
    tell(`${wrong ? 'FAILED' : 'passed'}  ${name}`);
    if (!wrong) continue;
    failed.push(name);
    tell(wrong.replaceAll(/^/gm, '    '));
  }
  return failed;
}
