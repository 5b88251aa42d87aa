import { randomUUID } from 'node:crypto';
import { dependencyUnavailable } from './errors.ts';
import { log } from './log.ts';
import type { Redis } from './redis.ts';
import type { DecisionStore } from './store.ts';
import { holdsDecisions } from './store-bulk.ts';

const ASK_AGAIN_MS = 250;
/** While a rebuild is at work. */
const FILLING = 'filling';

const markKey = (service: string) => `{${service}}:memory`;

export async function memoryOf(redis: Redis, service: string): Promise<'none' | 'filling' | 'whole'> {
  const mark = await redis.get(markKey(service));
  return mark === null ? 'none' : mark === FILLING ? 'filling' : 'whole';
}

export const markFilling = (redis: Redis, service: string): Promise<unknown> => redis.set(markKey(service), FILLING);

/** From now on services decide by what is there. */
export const markWhole = (redis: Redis, service: string): Promise<unknown> => redis.set(markKey(service), randomUUID());

/** Whether the store still holds what was decided. */
export interface StoreMemory {
  /** The store; DEPENDENCY_UNAVAILABLE while it is not known whether it holds what was decided. */
  guard(store: DecisionStore): DecisionStore;
  /** Rejects while the store does not answer. */
  check(): Promise<void>;
}

export interface MemoryOptions {
  /** Whether nothing was ever decided, as far as the bus knows. */
  readonly isNew: () => Promise<boolean>;
  /** Called once, when the store has lost what it held: what this process knows is void, and it should end. */
  readonly onLost: () => void;
  readonly stopping: AbortSignal;
}

/**
 * A Redis that has lost its disk comes back empty, and would let everything be decided anew under numbers that Kafka has
 * seen: consumers would drop that. So a mark stands in the store, made when nothing was ever decided, or by a rebuild.
 * Resolves once it is there; where it goes or becomes another, nothing more is decided.
 */
export async function openMemory(redis: Redis, service: string, options: MemoryOptions): Promise<StoreMemory> {
  const known = await untilWhole(redis, service, options);
  let state: 'whole' | 'unknown' | 'lost' = 'whole';

  const ask = async (): Promise<void> => {
    const mark = await redis.get(markKey(service));
    if (state === 'lost') return;
    state = mark === known ? 'whole' : 'lost';
    if (state === 'lost') {
      log.error({ service }, `the store has lost what was decided: scripts/rebuild ${service} fills it from Kafka`);
      options.onLost();
    }
  };
  const askUntilAnswered = async (): Promise<void> => {
    while (state === 'unknown' && redis.isOpen) {
      await ask().catch(() => {}); // it is still loading, or gone again
      if (state === 'unknown') await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref());
    }
  };
  const require = () => {
    if (state !== 'whole') throw dependencyUnavailable('it is not known whether the store holds what was decided');
  };
  // Told before anything else is sent on the new connection, which may lead to a server that came back empty.
  redis.on('ready', () => {
    if (state !== 'whole') return;
    state = 'unknown';
    void askUntilAnswered();
  });

  return {
    guard: (store) => ({
      now: () => store.now(),
      async load(name) {
        require();
        return store.load(name);
      },
      async commit(commit) {
        require();
        return store.commit(commit);
      },
    }),
    async check() {
      await ask();
      require();
    },
  };
}

/** The mark. */
async function untilWhole(redis: Redis, service: string, { isNew, stopping }: MemoryOptions): Promise<string> {
  const key = markKey(service);
  if ((await redis.get(key)) === null && ((await holdsDecisions(redis, service)) || (await isNew())))
    await redis.set(key, randomUUID(), { condition: 'NX' });
  for (let told = false; ; told = true) {
    const mark = await redis.get(key);
    if (mark !== null && mark !== FILLING) return mark;
    stopping.throwIfAborted();
    if (!told) log.error({ service }, `the store is empty and Kafka is not: waiting for scripts/rebuild ${service}`);
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
