import { type Redis, redisFault, runScript, type Script } from '@giaolo/chassis/redis';
import type { VehicleState } from '../vehicle/advance.ts';

/** A vehicle that was silent for so long is met as if for the first time. */
const TTL_SECONDS = 6 * 3600;

/** What is remembered of vehicles, so that whichever replica gets a partition goes on where the last one stopped. */
export interface VehicleStore {
  load(keys: readonly string[]): Promise<Map<string, VehicleState>>;
  /** Keeps what is newer: a replica that stood still may come with what others have gone on from. */
  save(states: ReadonlyMap<string, VehicleState>): Promise<void>;
}

// KEYS: vehicle. ARGV: instant of its newest report, the state as JSON. Kept as `<instant>|<state>`, so that it is compared
// without being read.
const SAVE: Script = {
  source: `
local kept = redis.call('GET', KEYS[1])
local at = kept and tonumber(string.match(kept, '^(%d+)|'))
if at and at > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. '|' .. ARGV[2], 'EX', ${TTL_SECONDS})
return 1
`,
};

export function redisVehicleStore(redis: Redis, prefix: string): VehicleStore {
  const redisKey = (key: string) => `${prefix}transit:${key}`;
  return {
    async load(keys) {
      try {
        const stored = await redis.mGet(keys.map(redisKey));
        const found = keys.flatMap((key, i): [string, VehicleState][] => {
          const text = stored[i];
          return text ? [[key, JSON.parse(text.slice(text.indexOf('|') + 1))]] : [];
        });
        return new Map(found);
      } catch (error) {
        throw redisFault(error);
      }
    },
    async save(states) {
      await Promise.all(
        [...states].map(([key, state]) =>
          runScript(redis, SAVE, [redisKey(key)], [String(state.at), JSON.stringify(state)]),
        ),
      );
    },
  };
}
