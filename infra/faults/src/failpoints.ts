import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failpoint } from '@giaolo/chassis/failpoint';

/** How a process is told to fail by itself, and where it says that it did. */
export function firesInto(dir: string, name: string, failpoints: string) {
  const log = join(dir, `${name}.failpoints`);
  const env = failpoints ? { GIAOLO_FAILPOINTS: failpoints, GIAOLO_FAILPOINTS_LOG: log } : {};
  return { env, log };
}

/** The failpoints that fired in a process, in their order. */
export const fired = (log: string): Failpoint[] =>
  existsSync(log) ? (readFileSync(log, 'utf8').split('\n').filter(Boolean) as Failpoint[]) : [];
