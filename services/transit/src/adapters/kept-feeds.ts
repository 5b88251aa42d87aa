import type { Outgoing, Publisher } from '@giaolo/chassis/bus';
import { kafkaClient } from '@giaolo/chassis/kafka/connection';
import { scan } from '@giaolo/chassis/kafka/scan';
import { FeedArchived } from '@giaolo/proto/giaolo/transit/v1/transit_events';
import { feedArchived } from '@giaolo/topics/topics';
import { type FeedArchive, PART_BYTES } from './feed-archive.ts';

/** A record of `transit.feed.archived.v1`; without a value, its part is gone. */
export interface PartRecord {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** All that is retained, from the start. */
export type ReadParts = () => AsyncIterable<PartRecord>;

const keyOf = (feed: string, digest: string, part: number) => `${feed}/${digest}/${part}`;

export function partsIn(topicPrefix: string, brokers: readonly string[], clientId: string): ReadParts {
  const kafka = kafkaClient(brokers, clientId);
  return () => scan(kafka, topicPrefix + feedArchived.name);
}

/** The archive with Kafka behind it, which has every zip before it is in force: what `near` has lost comes from there. */
export function keptFeedArchive(near: FeedArchive, publisher: Publisher, readParts: ReadParts): FeedArchive {
  return {
    async put(feed, digest, zip) {
      // One by one: a large zip must not be all that waits for Kafka.
      for (const record of partsOf(feed, digest, zip)) await publisher.send([record]);
      await near.put(feed, digest, zip);
    },
    async get(feed, digest) {
      const zip = await near.get(feed, digest);
      if (zip) return zip;
      const kept = assemble(await keptParts(feed, digest, readParts));
      if (kept) await near.put(feed, digest, kept);
      return kept;
    },
    async retire(feed, digest) {
      await near.retire(feed, digest);
      const kept = await keptParts(feed, digest, readParts);
      await publisher.send([...kept.keys()].map((key) => ({ topic: feedArchived.name, key, value: null })));
    },
  };
}

function* partsOf(feed: string, digest: string, zip: Buffer): Generator<Outgoing> {
  const parts = Math.ceil(zip.length / PART_BYTES);
  for (let part = 0; part < parts; part++) {
    const content = zip.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    const value = FeedArchived.encode({ feed, digest, part, parts, content }).finish();
    yield { topic: feedArchived.name, key: keyOf(feed, digest, part), value };
  }
}

async function keptParts(feed: string, digest: string, readParts: ReadParts): Promise<Map<string, Uint8Array>> {
  const kept = new Map<string, Uint8Array>();
  for await (const { key, value } of readParts()) {
    if (!key.startsWith(`${feed}/${digest}/`)) continue;
    if (value) kept.set(key, value);
    else kept.delete(key);
  }
  return kept;
}

/** Undefined where a part is missing. */
function assemble(kept: ReadonlyMap<string, Uint8Array>): Buffer | undefined {
  const found = [...kept.values()].map((bytes) => FeedArchived.decode(bytes)).sort((a, b) => a.part - b.part);
  if (found.length === 0 || found.length !== found[0]?.parts) return undefined;
  return Buffer.concat(found.map(({ content }) => content));
}
