import { dependencyUnavailable } from './errors.ts';
import { log } from './log.ts';
import type { Redis } from './redis.ts';
import type { DecisionStore } from './store.ts';
import { holdsDecisions } from './store-bulk.ts';

const ASK_AGAIN_MS = 500;

/** `filling` while a rebuild is at work. */
export type MemoryMark = 'whole' | 'filling';

const markKey = (service: string) => `{${service}}:memory`;

export const readMark = async (redis: Redis, service: string): Promise<MemoryMark | undefined> =>
  ((await redis.get(markKey(service))) ?? undefined) as MemoryMark | undefined;

export async function setMark(redis: Redis, service: string, mark: MemoryMark): Promise<void> {
  await redis.set(markKey(service), mark);
}

/** Whether the store still holds what was decided. */
export interface StoreMemory {
  /** The store, which decides nothing while it has lost its memory: DEPENDENCY_UNAVAILABLE. */
  guard(store: DecisionStore): DecisionStore;
  /** Rejects while the store has lost its memory, or does not answer. */
  check(): Promise<void>;
}

/**
 * Redis that has lost its disk comes back empty, and would let everything be decided anew under numbers that Kafka has
 * seen: consumers would drop that. So a mark stands in the store, and where it is gone, nothing is decided until a
 * rebuild has put it back. `isNew` says whether nothing was ever decided, as far as the bus knows.
 */
export async function openMemory(redis: Redis, service: string, isNew: () => Promise<boolean>): Promise<StoreMemory> {
  let state: 'whole' | 'unknown' | 'lost' = 'unknown';
  /** Aggregates loaded since the memory was lost; undefined = it never was. What a mailbox knows of others is void. */
  let loaded: Set<string> | undefined;

  const lose = () => {
    if (state === 'lost') return;
    log.error({ service }, `the store does not hold what was decided: scripts/rebuild ${service} fills it from Kafka`);
    state = 'lost';
    loaded = new Set();
  };
  const ask = async (): Promise<void> => {
    try {
      if ((await readMark(redis, service)) === 'whole') state = 'whole';
      else lose();
    } catch (error) {
      log.warn({ service, error: (error as Error).message }, 'the store does not say whether it is whole');
    }
  };
  const rounds = async (): Promise<void> => {
    for (await ask(); state !== 'whole' && redis.isOpen; await ask())
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref());
  };
  const require = () => {
    if (state !== 'whole') throw dependencyUnavailable('the store does not hold what was decided');
  };

  if ((await readMark(redis, service)) === undefined && ((await holdsDecisions(redis, service)) || (await isNew())))
    await setMark(redis, service, 'whole');
  await ask();
  let asking = rounds();
  // Told before anything else is sent on the new connection: it may lead to a server that came back empty.
  redis.on('ready', () => {
    if (state === 'whole') state = 'unknown';
    asking = asking.then(rounds);
  });

  return {
    guard: (store) => ({
      now: () => store.now(),
      async load(name) {
        require();
        const found = await store.load(name);
        require();
        loaded?.add(name);
        return found;
      },
      async commit(commit) {
        require();
        return loaded && !loaded.has(commit.name) ? { status: 'clash' } : store.commit(commit);
      },
    }),
    async check() {
      const mark = await readMark(redis, service);
      if (mark !== 'whole' && state === 'whole') {
        lose();
        asking = asking.then(rounds);
      }
      require();
    },
  };
}
