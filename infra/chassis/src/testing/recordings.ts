import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@jest/globals';

/** Real feeds and recordings: they lie beside the checkout and are not in it. */
export const recordingsFolder = join(import.meta.dirname, '../../../../../shared/data');

type Each = typeof test.each;
type Body = () => Promise<void> | void;

const isHere = existsSync(recordingsFolder);
const why = (name: string): string => (isHere ? name : `${name} (skipped: ../shared/data is not beside the checkout)`);
const run = isHere ? test : test.skip;

/** A test that needs the recordings: where they are not, it is skipped and its name says why. */
export const testWithRecordings = Object.assign(
  (name: string, body: Body, timeoutMs?: number): void => run(why(name), body, timeoutMs),
  {
    each: ((table: never) => (name: string, body: never, timeoutMs?: number) =>
      run.each(table)(why(name), body, timeoutMs)) as unknown as Each,
  },
);
