import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import { sweepDeadlines } from './deadlines.ts';
import type { Lifecycle } from './lifecycle.ts';
import { startRelay } from './outbox.ts';
import { connectRedis } from './redis.ts';
import { ownShards, type ShardOwnership } from './shards.ts';
import type { DecisionStore } from './store.ts';
import { openMemory } from './store-memory.ts';
import { redisStore } from './store-redis.ts';

export interface Decisions {
  readonly store: DecisionStore;
  /** For the `Handler`s: events of the aggregate wait in the outbox. */
  readonly onCommitted: (name: string) => void;
  /** Rejects where the store does not answer. */
  readonly ping: () => Promise<unknown>;
  /** Calls `onDue` with the name of every aggregate whose deadline has passed. */
  sweep(onDue: (name: string) => Promise<unknown>): void;
}

export interface DecisionsOptions {
  readonly service: string;
  readonly redisUrl: string;
  readonly clock: Clock;
  readonly bus: Bus;
  /** Where what is decided goes as state; by them it is known whether anything ever was. */
  readonly stateTopics?: readonly { readonly name: string }[];
  /** Where this replica can be reached; stands in the leases of its shards. */
  readonly address: string;
  /** Instead of ending this process, when the store has lost what it held. */
  readonly onLost?: () => void;
}

const LEAVE_MS = 4_000;

/** The groups are left first: a rebuild sets them back, which it can only where nobody is in them. */
async function endAfter(left: Promise<unknown>): Promise<never> {
  await Promise.race([left, new Promise((resolve) => setTimeout(resolve, LEAVE_MS))]);
  throw new Error('the store has lost what it held');
}

/** All that decisions stand on: the store, the outbox with its relay, the shards that this replica works for. */
export async function openDecisions(lifecycle: Lifecycle, options: DecisionsOptions): Promise<Decisions> {
  const { service, redisUrl, clock, bus, stateTopics = [], address, onLost } = options;
  const redis = await connectRedis(redisUrl, 'decisions');
  lifecycle.onStop('redis', () => redis.destroy());
  const subscriber = await connectRedis(redisUrl, 'subscriber');
  lifecycle.onStop('redis subscriber', () => subscriber.destroy());
  const memory = await openMemory(redis, service, {
    isNew: () => bus.isUntouched(stateTopics),
    onLost: onLost ?? (() => void endAfter(bus.stopConsuming())),
    stopping: lifecycle.stopping,
  });
  const store = memory.guard(redisStore(redis, service, clock));

  let ownership: ShardOwnership | undefined;
  const relay = await startRelay({ redis, subscriber }, service, bus, () => ownership);
  const owned = await ownShards(redis, service, address, relay.gained, relay.idle);
  ownership = owned;
  lifecycle.onStop('outbox', async () => {
    await relay.stop();
    await owned.stop();
  });

  return {
    store,
    onCommitted: (name) => relay.wake(name),
    ping: () => memory.check(),
    sweep(onDue) {
      const sweeper = sweepDeadlines(redis, service, clock, owned, onDue);
      lifecycle.onStop('deadlines', () => sweeper.stop());
    },
  };
}
