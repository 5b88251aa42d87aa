import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root } from '@giaolo/local/places';

/**
 * Lines of the tree that name this machine: where the checkout or the home folder stands, the host that packages come
 * from here. The lock names no host at all, so that it holds everywhere.
 */
export function misplacedNames(): string[] {
  const names = [root, `${homedir()}/`, registryHost()].filter((name) => name.length > 4);
  return files().flatMap((file) => {
    const namesHost = (line: string) => file === 'package-lock.json' && /"resolved": "\w+:/.test(line);
    return text(join(root, file)).flatMap((line, i) =>
      namesHost(line) || names.some((name) => line.includes(name))
        ? [`${file}:${i + 1}: names this machine: ${line.trim().slice(0, 120)}`]
        : [],
    );
  });
}

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });

/** What is in git, or would be. */
const files = (): string[] =>
  git('ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0').filter(Boolean);

function registryHost(): string {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  return URL.canParse(registry.trim()) ? new URL(registry.trim()).host : '';
}

/** Lines of a text file; none of a picture, or of a file that was deleted and not yet committed. */
function text(file: string): string[] {
  try {
    const content = readFileSync(file);
    return content.includes(0) ? [] : content.toString('utf8').split('\n');
  } catch {
    return [];
  }
}
