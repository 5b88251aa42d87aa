import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { ServiceError } from '@giaolo/chassis/errors';
import { Trouble } from '@giaolo/local/trouble';
import type { ImportFeedResponse } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { readFeed } from '@giaolo/transit/feed/read-feed';
import type { Transit } from './send.ts';
import { type Timetable, timetableFrom } from './timetable.ts';

const CHUNK_BYTES = 512 * 1024;
const MAX_LINES = 20;

/** The feed holds errors; the message is a list of them. */
export class FeedRefused extends Error {}

interface Finding {
  /** `stop_times.txt:17:arrival_time` */
  readonly field: string;
  readonly description: string;
}

/** `feeds/{feed}` for a file: its name in small letters, digits and hyphens. */
export function feedName(file: string): string {
  const id = basename(file)
    .toLowerCase()
    .replace(/\.zip$/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 64)
    .replace(/-+$/, '');
  return `feeds/${id || 'recording'}`;
}

/** The schedule that a zip holds. Throws FeedRefused. */
export async function readTimetable(zip: Buffer): Promise<Timetable> {
  const answer = await readFeed(zip);
  if (answer.ok) return timetableFrom(answer.feed);
  throw refused(
    answer.errors.map(({ file, line, field, code, message }) => ({
      field: [file, line || '', field].filter(Boolean).join(':'),
      description: `${message} (${code})`,
    })),
  );
}

/** Makes the zip the schedule in force. Throws FeedRefused, or a Trouble when the platform does not answer. */
export async function importFeed(
  transit: Transit,
  feed: string,
  zip: Buffer,
  signal: AbortSignal,
): Promise<ImportFeedResponse> {
  const upload = transit.importFeed({ signal });
  try {
    await upload.send({ part: { $case: 'header', value: { requestId: randomUUID(), feed, unit: undefined } } });
    for (let at = 0; at < zip.length; at += CHUNK_BYTES)
      await upload.send({ part: { $case: 'chunk', value: zip.subarray(at, at + CHUNK_BYTES) } });
    return await upload.end();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ServiceError)) throw error;
    if (error.violations.length > 0) throw refused(error.violations);
    throw new Trouble(`the platform does not take the feed: ${error.message} (${error.reason || error.code})`);
  }
}

function refused(findings: readonly Finding[]): FeedRefused {
  const lines = findings
    .slice(0, MAX_LINES)
    .map(({ field, description }) => `  ${field ? `${field}: ` : ''}${description}`);
  const more = findings.length - lines.length;
  return new FeedRefused(['the feed is refused:', ...lines, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n'));
}
