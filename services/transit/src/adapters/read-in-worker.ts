import { Worker } from 'node:worker_threads';
import type { FeedAnswer } from '../feed/read-feed.ts';
import type { TimetableData } from '../feed/timetable-data.ts';

const MEMORY_MB = 2_048;

/** Reads a GTFS zip in a thread of its own: a large feed takes seconds, and predictions must not wait for them. */
export function readFeedInWorker(zip: Buffer): Promise<FeedAnswer<TimetableData>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./feed-worker.ts', import.meta.url), {
      workerData: zip,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    worker.once('message', (answer: FeedAnswer<TimetableData>) => {
      resolve(answer);
      void worker.terminate();
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the reader ended without an answer')));
  });
}
