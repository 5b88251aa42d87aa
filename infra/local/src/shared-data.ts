import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.ts';

/** A recording that lies beside the checkout and not in it, for tests and benchmarks. */
export interface SharedData {
  readonly path: string;
  /** Why a test that needs it is skipped: to be put into its name; undefined where the recording is there. */
  readonly missing: string | undefined;
}

/** `../shared/data/<path>`, such as `gtfs-rt/wmata-2026-02-16`. */
export function sharedData(path: string): SharedData {
  const place = join(root, '../shared/data', path);
  return { path: place, missing: existsSync(place) ? undefined : `../shared/data/${path} is not here` };
}
