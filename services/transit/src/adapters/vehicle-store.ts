import { type Redis, redisFault } from '@giaolo/chassis/redis';
import type { VehicleState } from '../vehicle/advance.ts';

/** A vehicle that was silent for so long is met as if for the first time. */
const TTL_SECONDS = 6 * 3600;

/** What is remembered of vehicles, so that whichever replica gets a partition goes on where the last one stopped. */
export interface VehicleStore {
  load(keys: readonly string[]): Promise<Map<string, VehicleState>>;
  save(states: ReadonlyMap<string, VehicleState>): Promise<void>;
}

export function redisVehicleStore(redis: Redis, prefix: string): VehicleStore {
  const redisKey = (key: string) => `${prefix}transit:${key}`;
  return {
    async load(keys) {
      try {
        const stored = await redis.mGet(keys.map(redisKey));
        const found = keys.flatMap((key, i): [string, VehicleState][] => {
          const text = stored[i];
          return text ? [[key, JSON.parse(text)]] : [];
        });
        return new Map(found);
      } catch (error) {
        throw redisFault(error);
      }
    },
    async save(states) {
      try {
        const writes = [...states].map(([key, state]) =>
          redis.set(redisKey(key), JSON.stringify(state), { expiration: { type: 'EX', value: TTL_SECONDS } }),
        );
        await Promise.all(writes);
      } catch (error) {
        throw redisFault(error);
      }
    },
  };
}
