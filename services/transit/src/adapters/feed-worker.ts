import { parentPort, workerData } from 'node:worker_threads';
import { readFeedData } from '../feed/read-feed.ts';

parentPort?.postMessage(await readFeedData(Buffer.from(workerData as Uint8Array)));
