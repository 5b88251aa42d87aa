import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of `names` that `path` (as PATH has it) leads to. */
export function findProgram(path: string, ...names: string[]): string | undefined {
  return path
    .split(delimiter)
    .flatMap((dir) => names.map((name) => join(dir, name)))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
