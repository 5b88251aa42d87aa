import { createHash } from 'node:crypto';
import { aRequestId, demand } from '@giaolo/chassis/demand';
import { dependencyUnavailable } from '@giaolo/chassis/errors';
import type { Call } from '@giaolo/chassis/grpc/call';
import type { Handler } from '@giaolo/chassis/handle';
import { formatUnit, parseUnit, type Unit } from '@giaolo/chassis/principal';
import type {
  ImportFeedHeader,
  ImportFeedRequest,
  ImportFeedResponse,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { Timetable } from '../feed/timetable.ts';
import type { TimetableData } from '../feed/timetable-data.ts';
import { activateFeed, type FeedActivated, type FeedState, type FeedSummary } from '../schedule/activate-feed.ts';
import type { FeedArchive } from './feed-archive.ts';
import { readFeedInWorker } from './read-in-worker.ts';
import type { Schedules } from './schedules.ts';
import { aFeedName, feedId, feedInvalid, feedMessage, refused } from './wire.ts';

const LARGEST_ZIP = 64 * 1024 * 1024;
const LOADED_WITHIN_MS = 60_000;

interface Ports {
  readonly feeds: Handler<FeedState, FeedActivated>;
  readonly archive: FeedArchive;
  readonly schedules: Schedules;
}

/** Takes the zip, judges it, keeps it, and puts it in force; answers when this replica runs by it. */
export const importFeed =
  ({ feeds, archive, schedules }: Ports) =>
  async (requests: AsyncIterable<ImportFeedRequest>, call: Call): Promise<ImportFeedResponse> => {
    // Whose feed it is, before 64 MiB of it are read; the decision judges again, by what is in force then.
    const { header, zip } = await receive(requests, async (header) => {
      const { unit = unitFor(header, call) } = (await feeds.load(feedId(header.feed))) ?? {};
      call.rights.require(unit);
    });
    const answer = await readFeedInWorker(zip);
    if (!answer.ok) throw feedInvalid(answer.errors);
    const summary = summarise(answer.feed, createHash('sha256').update(zip).digest('hex'));
    await archive.put(header.feed, summary.digest, zip);
    const { principal, rights: authority, method, signal, traceparent } = call;
    const createsIn = unitFor(header, call);
    const outcome = await feeds.handle(
      feedId(header.feed),
      activateFeed,
      { summary, unit: createsIn },
      { principal, authority, createsIn, method, requestId: header.requestId, signal, traceparent },
      ({ inForce = summary, unit = createsIn }, [event]) => ({ inForce, unit, replaced: event?.replaces ?? null }),
    );
    const none = { inForce: summary, unit: createsIn, replaced: null };
    const { inForce, unit, replaced } = outcome.accepted ? outcome.answer : none;
    if (replaced) await archive.retire(header.feed, replaced);
    const inTime = AbortSignal.any([call.signal, AbortSignal.timeout(LOADED_WITHIN_MS)]);
    await schedules.until(header.feed, inForce.digest, inTime);
    if (inTime.aborted) throw dependencyUnavailable('the schedule is in force, but this replica has not loaded it yet');
    return { feed: feedMessage(header.feed, inForce, unit), warnings: answer.warnings };
  };

/** Of a feed that is new. */
function unitFor({ unit }: ImportFeedHeader, { principal }: Call): Unit {
  const { code, validFrom } = unit ?? principal.unit;
  return { code, validFrom };
}

async function receive(
  requests: AsyncIterable<ImportFeedRequest>,
  judge: (header: ImportFeedHeader) => Promise<void>,
): Promise<{ header: ImportFeedHeader; zip: Buffer }> {
  let header: ImportFeedHeader | undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const { part } of requests) {
    if (!header) {
      header = part?.$case === 'header' ? part.value : undefined;
      demand({ header: [header !== undefined, 'must come first'] });
      demand({
        'header.request_id': aRequestId(header?.requestId ?? ''),
        'header.feed': aFeedName(header?.feed ?? ''),
        'header.unit': [
          !header?.unit || parseUnit(formatUnit(header.unit)) !== undefined,
          'must be a code and a day YYYY-MM-DD',
        ],
      });
      await judge(header as ImportFeedHeader);
      continue;
    }
    demand({ chunk: [part?.$case === 'chunk', 'must follow the header, and nothing else'] });
    const chunk = part?.value as Uint8Array;
    size += chunk.length;
    if (size > LARGEST_ZIP) throw refused('FEED_TOO_LARGE');
    chunks.push(chunk);
  }
  demand({ header: [header !== undefined, 'must come first'] });
  return { header: header as ImportFeedHeader, zip: Buffer.concat(chunks) };
}

function summarise(data: TimetableData, digest: string): FeedSummary {
  const span = new Timetable(data).serviceSpan();
  return {
    digest,
    agencyName: data.agencies[0]?.name ?? '',
    timeZone: data.timeZone,
    routeCount: data.routes.length,
    stopCount: data.stops.length,
    tripCount: data.trips.ids.length,
    stopTimeCount: data.stopTimes.arrival.length,
    firstServiceDate: span?.first ?? '',
    lastServiceDate: span?.last ?? '',
  };
}
