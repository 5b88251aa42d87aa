import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordingsFolder } from '@giaolo/chassis/testing/recordings';
import { readFeed } from '../src/feed/read-feed.ts';
import type { Timetable } from '../src/feed/timetable.ts';

/** Reads a file of ../shared/data: real feeds and recordings that lie beside the checkout and not in it. */
export const recording = (path: string): Buffer => readFileSync(join(recordingsFolder, path));

export async function recordedFeed(path: string): Promise<Timetable> {
  return loaded(recording(path));
}

/** The feed of a zip that must hold no error. */
export async function loaded(zip: Buffer): Promise<Timetable> {
  const answer = await readFeed(zip);
  if (!answer.ok) throw new Error(JSON.stringify(answer.errors.slice(0, 3)));
  return answer.feed;
}
