import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Children } from '@giaolo/local/children';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';

const git = (...args: string[]) => execFileSync('git', args, { cwd: root, maxBuffer: 2 ** 26 });

/**
 * Holds the contracts against those of the newest `contracts-*` tag: what they promised stays. Nothing was promised
 * before the first such tag.
 */
export async function breakingAgainst(children: Children): Promise<string> {
  const [tag] = git('tag', '--list', 'contracts-*', '--sort=-creatordate').toString().split('\n');
  if (!tag) return '';
  const dir = mkdtempSync(join(tmpdir(), 'giaolo-contracts-'));
  try {
    // tar, not buf's own git input: that wants the generated folder gen/vendor to be in git
    execFileSync('tar', ['-x', '-C', dir], { input: git('archive', tag, 'proto') });
    mkdirSync(join(dir, 'proto/gen'), { recursive: true });
    cpSync(join(root, 'proto/gen/vendor'), join(dir, 'proto/gen/vendor'), { recursive: true });
    const log = join(dir, 'buf.log');
    const buf = join(root, 'node_modules/@bufbuild/buf/bin/buf');
    const args = [buf, 'breaking', '--against', join(dir, 'proto')];
    const exit = await children.run({
      name: 'buf breaking',
      command: nodeProgram,
      args,
      cwd: join(root, 'proto'),
      log,
    });
    return exit.code === 0 ? '' : `against ${tag}:\n${readFileSync(log, 'utf8').trim()}`;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
