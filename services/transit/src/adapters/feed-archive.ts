import { randomUUID } from 'node:crypto';
import { asBytes, type Redis, redisFault } from '@giaolo/chassis/redis';

/** Of a zip in one piece. */
export const PART_BYTES = 512 * 1024;
/** Replicas that are about to load a version must find it after the next one is in force. */
const REPLACED_TTL_SECONDS = 7 * 24 * 3600;

/** Where the zips of feeds lie, by feed and digest, until all replicas have read them. */
export interface FeedArchive {
  put(feed: string, digest: string, zip: Buffer): Promise<void>;
  /** Undefined when it is not there. */
  get(feed: string, digest: string): Promise<Buffer | undefined>;
  /** Another version is in force; this one may go some day. */
  retire(feed: string, digest: string): Promise<void>;
}

const keyOf = (feed: string, digest: string) => `{transit:feeds}${feed}/${digest}`;

export function redisFeedArchive(redis: Redis): FeedArchive {
  const bytes = asBytes(redis);
  return {
    async put(feed, digest, zip) {
      const key = keyOf(feed, digest);
      // A draft of its own: the same zip may be imported twice at once.
      const draft = `${key}/draft/${randomUUID()}`;
      try {
        for (let at = 0; at < zip.length; at += PART_BYTES) await redis.rPush(draft, zip.subarray(at, at + PART_BYTES));
        await redis.rename(draft, key);
      } catch (error) {
        await redis.del(draft).catch(() => {});
        throw redisFault(error);
      }
    },
    async get(feed, digest) {
      const key = keyOf(feed, digest);
      const parts: Buffer[] = [];
      for (;;) {
        const part = (await bytes.lIndex(key, parts.length)) as Buffer | null;
        if (!part) return parts.length > 0 ? Buffer.concat(parts) : undefined;
        parts.push(part);
      }
    },
    async retire(feed, digest) {
      await redis.expire(keyOf(feed, digest), REPLACED_TTL_SECONDS);
    },
  };
}
