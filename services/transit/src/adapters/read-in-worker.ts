import { Worker } from 'node:worker_threads';
import { overloaded } from '@giaolo/chassis/errors';
import type { FeedAnswer } from '../feed/read-feed.ts';
import type { TimetableData } from '../feed/timetable-data.ts';
import { refused } from './wire.ts';

const MEMORY_MB = 2_048;
/** Each takes a core, and memory of its own. */
const AT_ONCE = 2;
const MOST_WAITING = 8;
const COME_AGAIN_MS = 5_000;

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Reads a GTFS zip in a thread of its own: a large feed takes seconds, and predictions must not wait for them. Throws
 * OVERLOADED where too many wait to be read, FEED_TOO_LARGE where it does not fit into memory.
 */
export async function readFeedInWorker(zip: Buffer): Promise<FeedAnswer<TimetableData>> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) throw overloaded('too many schedules wait to be read', COME_AGAIN_MS);
    await new Promise<void>((go) => waiting.push(go));
  } else running++;
  try {
    return await readIn(workerFor(zip));
  } finally {
    // Whoever waits takes the place over.
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

const workerFor = (zip: Buffer): Worker =>
  new Worker(new URL('./feed-worker.ts', import.meta.url), {
    workerData: zip,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });

function readIn(worker: Worker): Promise<FeedAnswer<TimetableData>> {
  return new Promise((resolve, reject) => {
    worker.once('message', (answer: FeedAnswer<TimetableData>) => {
      resolve(answer);
      void worker.terminate();
    });
    worker.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? refused('FEED_TOO_LARGE') : error),
    );
    worker.once('exit', () => reject(new Error('the reader ended without an answer')));
  });
}
