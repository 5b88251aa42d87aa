import type { Bus, Outgoing } from './bus.ts';
import { wallClock } from './clock.ts';
import { outgoingOf, unpackRecords } from './committed.ts';
import { failpoint } from './failpoint.ts';
import { trimFenced } from './fenced.ts';
import { log } from './log.ts';
import { counter } from './metrics.ts';
import { asBytes, type Redis } from './redis.ts';
import { type ShardOwnership, shardLeaseKey } from './shards.ts';
import { shardOf, shardTag } from './store.ts';

const READ = 512;
const SEND_BYTES = 512 * 1024;
/** Key and headers of a record. */
const RECORD_OVERHEAD = 500;
const POLL_MS = 1_000;
const RETRY_MS = 250;
const STOP_MS = 5_000;

const relayed = counter('giaolo_outbox_relayed_total', 'Events carried from the outbox to the bus');
const failures = counter('giaolo_outbox_failures_total', 'Attempts to carry events that will be repeated');

export interface Relay {
  /** Says that this replica has committed events of the aggregate. */
  wake(name: string): void;
  /** Says that this replica now owns the shard. */
  gained(shard: number): void;
  /** Resolves when nothing of the shard is under way; what was begun under a lease should end under it. */
  idle(shard: number): Promise<void>;
  stop(): Promise<void>;
}

interface Connections {
  readonly redis: Redis;
  /** A connection of its own: a subscriber can do nothing else. */
  readonly subscriber: Redis;
}

/**
 * Carries committed events to the bus, at least once and in order per shard: the owner of a shard reads its stream from
 * the head, sends, then trims what was acknowledged. Owners elsewhere are woken through a channel; a poll is the net.
 */
export async function startRelay(
  { redis, subscriber }: Connections,
  service: string,
  { publisher, mend }: Pick<Bus, 'publisher' | 'mend'>,
  ownership: () => ShardOwnership | undefined,
): Promise<Relay> {
  const bytes = asBytes(redis);
  const channel = `{${service}}:outbox`;
  const draining = new Map<number, Promise<void>>();
  const again = new Set<number>();
  let stopped = false;
  let mending: Promise<void> | undefined;

  const carry = async (shard: number): Promise<number> => {
    const token = ownership()?.tokenOf(shard);
    if (token === undefined) return 0;
    const since = wallClock.now();
    const fence = { key: shardLeaseKey(service, shard), token };
    const isStillOurs = () => ownership()?.tokenOf(shard) === token;
    const stream = `${shardTag(service, shard)}outbox`;
    const entries = (await bytes.xRange(stream, '-', '+', { COUNT: READ })) ?? [];
    if (entries.length > 0) failpoint('outbox.after-read');
    for (const { records, done } of batches(service, entries as unknown as Entry[])) {
      failpoint('outbox.before-send');
      await publisher.send(records, isStillOurs);
      failpoint('outbox.after-send');
      if (!(await trimFenced(redis, fence, stream, done))) {
        // Another owner may have sent newer ones before: this process stood still at the wrong moment.
        failpoint('outbox.lease-lost');
        mending = mend(records, since);
        return 0;
      }
      failpoint('outbox.after-trim');
      relayed.add(records.length, { service });
    }
    return entries.length;
  };

  const drain = async (shard: number): Promise<void> => {
    do {
      again.delete(shard);
      try {
        while (!stopped && ownership()?.owns(shard) && (await carry(shard)) === READ);
      } catch (error) {
        failures.add(1, { service });
        log.warn({ service, shard, error: (error as Error).message }, 'outbox: will try again');
        again.add(shard);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    } while (again.has(shard) && !stopped);
  };

  const wakeShard = (shard: number): void => {
    if (stopped) return;
    if (draining.has(shard)) {
      again.add(shard);
      return;
    }
    draining.set(
      shard,
      drain(shard).finally(() => draining.delete(shard)),
    );
  };

  await subscriber.subscribe(channel, (shard) => {
    if (ownership()?.owns(Number(shard))) wakeShard(Number(shard));
  });
  const poll = setInterval(() => ownership()?.owned().forEach(wakeShard), POLL_MS);

  return {
    gained: wakeShard,
    idle: async (shard) => draining.get(shard),
    wake(name) {
      const shard = shardOf(name);
      if (ownership()?.owns(shard)) wakeShard(shard);
      else redis.publish(channel, String(shard)).catch(() => {});
    },
    async stop() {
      clearInterval(poll);
      // While Kafka does not answer, what waits stays where it is: the next owner of the shard carries it.
      const longEnough = new Promise((resolve) => setTimeout(resolve, STOP_MS).unref());
      await Promise.race([Promise.all([...draining.values(), mending]), longEnough]);
      stopped = true;
      await subscriber.unsubscribe(channel).catch(() => {});
    },
  };
}

export interface Entry {
  readonly id: Buffer;
  readonly message: { readonly c: Buffer };
}

/**
 * Records in the order of the stream, as many as Kafka takes at once in one partition; what stands before `done` in the
 * stream has then been sent whole.
 */
export function* batches(service: string, entries: readonly Entry[]) {
  let records: Outgoing[] = [];
  let bytes = 0;
  for (const { id, message } of entries) {
    for (const record of unpackRecords(message.c)) {
      const size = record.value?.length ?? 0;
      if (bytes + size > SEND_BYTES && records.length > 0) {
        yield { records, done: String(id) };
        records = [];
        bytes = 0;
      }
      records.push(outgoingOf(service, record));
      bytes += size + RECORD_OVERHEAD;
    }
  }
  const last = entries.at(-1);
  if (last) yield { records, done: after(String(last.id)) };
}

/** The stream id next after `id`. */
function after(id: string): string {
  const [milliseconds, sequence] = id.split('-');
  return `${milliseconds}-${BigInt(sequence ?? '0') + 1n}`;
}
