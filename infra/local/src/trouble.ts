import { statfsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** What stands in the way and what a person can do about it: shown as one line, without a stack. */
export class Trouble extends Error {}

/** The one line that a script ends with when `error` stopped it. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Trouble) return stripVTControlCharacters(error.message).replaceAll(/\s*\n\s*/g, ' ');
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return `the disk is full${path ? ` (writing ${path})` : ''}: free some space and try again`;
  if (code === 'EACCES' || code === 'EROFS') return `no right to write ${path}: give this user the right to do so`;
  return error.stack ?? error.message;
}

/** Throws when the file system that holds `dir` has less than `megabytes` left. */
export function requireSpace(dir: string, megabytes: number, purpose: string): void {
  const { bavail, bsize } = statfsSync(dir);
  const left = Math.floor((bavail * bsize) / 1e6);
  if (left < megabytes)
    throw new Trouble(`${left} MB are left on the disk of ${dir}, ${purpose} needs ${megabytes} MB: free some space`);
}
