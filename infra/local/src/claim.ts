import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Trouble } from './trouble.ts';

interface Owner {
  readonly pid: number;
  /** Ends what the owner started when that is gone. */
  readonly guardian: number;
}

const GUARDIAN_TAKES_MS = 20_000;

/**
 * Makes this process the only one that works on the state in `dir`; answers how that is given up.
 * @throws {Trouble} when another one does so already
 */
export async function claim(dir: string, guardian: number): Promise<() => void> {
  const file = join(dir, 'owner.json');
  mkdirSync(dir, { recursive: true });
  const last = readOwner(file);
  if (last && isStarter(last.pid))
    throw new Trouble(
      `the platform of this checkout runs already, by process ${last.pid}: end that (Ctrl-C there, or kill ${last.pid})`,
    );
  if (last) await untilGone(last.guardian);
  writeFileSync(file, JSON.stringify({ pid: process.pid, guardian } satisfies Owner));
  return () => rmSync(file, { force: true });
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // none, or cut short by the end of the one that wrote it
  }
}

/** True when the process lives and is one of our scripts, not just another one that got the same number. */
export const isStarter = (pid: number): boolean => commandLine(pid).includes('scripts/');

const isGuardian = (pid: number): boolean => commandLine(pid).includes('guardian.sh');

/** Empty when there is no such process, or it is dead and only waits to be noticed. */
function commandLine(pid: number): string {
  try {
    if (existsSync('/proc/self')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

async function untilGone(guardian: number): Promise<void> {
  const givenUp = performance.now() + GUARDIAN_TAKES_MS;
  while (isGuardian(guardian) && performance.now() < givenUp) await new Promise((resolve) => setTimeout(resolve, 100));
}
