import { createHash } from 'node:crypto';
import { scan } from '@giaolo/chassis/kafka/scan';
import { storedAggregates } from '@giaolo/chassis/store-bulk';
import { feedArchived } from '@giaolo/topics/topics';
import { redisFeedArchive } from '../../services/transit/src/adapters/feed-archive.ts';
import { keptFeedArchive } from '../../services/transit/src/adapters/kept-feeds.ts';
import type { RebuildPlace } from './rebuild-service.ts';

export interface RestoredZip {
  readonly feed: string;
  readonly digest: string;
  /** Undefined where Kafka has not all of it, or not what its digest says. */
  readonly bytes: number | undefined;
}

/** The zips of the schedules in force: transit keeps them beside its decisions. */
export async function restoreFeedZips({ kafka, redis, prefix }: RebuildPlace): Promise<RestoredZip[]> {
  const nothing = { send: () => Promise.reject(new Error('nothing is written to Kafka here')) };
  const archive = keptFeedArchive(redisFeedArchive(redis), nothing, () => scan(kafka, prefix + feedArchived.name));
  const restored: RestoredZip[] = [];
  for await (const { name: feed, fields } of storedAggregates(redis, 'transit')) {
    const digest: string | undefined = JSON.parse(fields.get('inForce') ?? '{}').digest;
    if (digest === undefined) continue;
    const zip = await archive.get(feed, digest);
    const isWhole = zip !== undefined && createHash('sha256').update(zip).digest('hex') === digest;
    restored.push({ feed, digest, bytes: isWhole ? zip.length : undefined });
  }
  return restored;
}
