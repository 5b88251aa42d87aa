import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { reporter } from '@giaolo/local/report';
import { explain, Trouble } from '@giaolo/local/trouble';
import { type Arguments, readArguments, UsageError, usage } from './recording/arguments.ts';
import { arrivalLines, matchLines, predictionLines } from './recording/csv-files.ts';
import { FeedRefused, feedName, importFeed, readTimetable } from './recording/feed.ts';
import { openPlatform } from './recording/platform.ts';
import { type Played, play } from './recording/play.ts';
import { csvText, type RecordedPosition, RecordingError, readPositions } from './recording/positions.ts';
import { count, progressView } from './recording/progress.ts';
import { type Result, resultOf } from './recording/result.ts';
import { runsOf } from './recording/runs.ts';
import { type Judgement, judge } from './recording/score.ts';
import { tableOf } from './recording/table.ts';
import type { Timetable } from './recording/timetable.ts';

const report = reporter();

interface Recording {
  readonly zip: Buffer;
  readonly timetable: Timetable;
  readonly positions: readonly RecordedPosition[];
}

async function readRecording({ gtfs, positions }: Arguments): Promise<Recording> {
  const zip = readInput(gtfs);
  const timetable = await readTimetable(zip);
  const csv = readInput(positions);
  try {
    const recorded = readPositions(csvText(csv), timetable.timeZone);
    report(`${positions}: ${count(recorded.length)} positions`);
    if (recorded.every(({ tripId }) => tripId === undefined))
      report('no position names its trip (column vehicle.trip.trip_id): none can be placed');
    return { zip, timetable, positions: recorded };
  } catch (error) {
    throw error instanceof RecordingError ? new Trouble(`${positions}: ${error.message}`) : error;
  }
}

function readInput(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Trouble(code === 'ENOENT' ? `${file} does not exist` : `${file} cannot be read: ${message}`);
  }
}

/** Better now than after an hour of replay. */
function requireFolders({ predictions, arrivals, matches, json }: Arguments): void {
  for (const file of [predictions, arrivals, matches, json])
    if (file !== undefined && !existsSync(dirname(resolve(file))))
      throw new Trouble(`${file} cannot be written: its folder does not exist`);
}

async function replay(args: Arguments, recording: Recording, signal: AbortSignal): Promise<Played> {
  const { zip, timetable, positions } = recording;
  const platform = await openPlatform(args.platform, positions[0]?.at ?? 0, report);
  const view = progressView(process.stdout, {
    isTerminal: process.stdout.isTTY === true,
    timeZone: timetable.timeZone,
    now: () => performance.now(),
  });
  const run = async (): Promise<Played> => {
    const { transit } = platform;
    const feed = feedName(args.gtfs);
    const { feed: imported, warnings } = await importFeed(transit, feed, zip, signal);
    report(`${feed} imported: ${count(imported?.tripCount ?? 0)} trips, ${count(warnings.length)} warnings`);
    return await play({ transit, feed, positions, timetable, speed: args.speed, signal, onProgress: view.show });
  };
  try {
    signal.throwIfAborted();
    return await Promise.race([run(), platform.untilBroken()]);
  } finally {
    view.close();
    await platform.close();
  }
}

async function writeFiles(args: Arguments, played: Played, judgement: Judgement, result: Result): Promise<void> {
  const write = async (file: string | undefined, lines: Iterable<string>): Promise<void> => {
    if (file === undefined) return;
    await writeFile(file, Readable.from(lines));
    report(`wrote ${file}`);
  };
  await write(args.predictions, predictionLines(played.published));
  await write(args.arrivals, arrivalLines(judgement.arrivals));
  await write(args.matches, matchLines(played.ledger.sent));
  await write(args.json, [`${JSON.stringify(result, null, 2)}\n`]);
}

/** Answers the exit code. */
async function main(signal: AbortSignal): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (!args) {
    process.stdout.write(usage);
    return 0;
  }
  requireFolders(args);
  const recording = await readRecording(args);
  const played = await replay(args, recording, signal);
  const judgement = judge(runsOf(recording.positions, recording.timetable), played.published.arrival);
  const result = resultOf(played, judgement);
  process.stdout.write(`\n${tableOf(result)}`);
  await writeFiles(args, played, judgement, result);
  if (result.lost > 0)
    throw new Trouble(`the platform lost ${count(result.lost)} positions: taken, and never seen again`);
  return 0;
}

// A reader that went away is no reason to leave processes behind.
process.stdout.on('error', () => {});
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    if (stopping.signal.aborted) process.exit(130);
    process.stdout.write('\nending what was started (once more to leave at once)\n');
    stopping.abort();
  });

try {
  process.exitCode = await main(stopping.signal);
} catch (error) {
  if (stopping.signal.aborted) process.exit(130);
  const text = error instanceof FeedRefused ? error.message : explain(error);
  process.stderr.write(`scripts/replay: ${text}\n${error instanceof UsageError ? `\n${usage}` : ''}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
