import { connectRedis, type Redis, runScript, type Script } from '@giaolo/chassis/redis';

// KEYS: last sequence, effects, times seen, when the last came, figures. ARGV: now, then key, sequence and time of each event.
const TAKE: Script = {
  source: `
for i = 2, #ARGV, 3 do
  local key, sequence = ARGV[i], tonumber(ARGV[i + 1])
  redis.call('HINCRBY', KEYS[3], key, 1)
  local last = tonumber(redis.call('HGET', KEYS[1], key) or '0')
  if sequence > last then
    redis.call('HSET', KEYS[1], key, sequence)
    redis.call('HINCRBY', KEYS[2], key, 1)
    if sequence ~= last + 1 then redis.call('HINCRBY', KEYS[5], 'gaps', 1) end
    local lag = ARGV[1] - ARGV[i + 2]
    redis.call('HINCRBY', KEYS[5], 'lag ' .. math.floor(lag / 10) * 10, 1)
    if lag > tonumber(redis.call('HGET', KEYS[5], 'worst') or '0') then redis.call('HSET', KEYS[5], 'worst', lag) end
    redis.call('HSET', KEYS[4], key, ARGV[1])
  end
end
`,
};

interface Event {
  readonly key: string;
  readonly sequence: number;
  readonly time: number;
}

const KINDS = ['last', 'effects', 'seen', 'at', 'figures'] as const;

/** What consumers of a group have done, in Redis: each effect is written together with the sequence of its event. */
export class Effects {
  readonly #redis: Redis;
  readonly #keys: Record<(typeof KINDS)[number], string>;

  constructor(redis: Redis, group: string) {
    this.#redis = redis;
    const keys = KINDS.map((kind) => [kind, `{${group}}:${kind}`]);
    this.#keys = Object.fromEntries(keys) as Record<(typeof KINDS)[number], string>;
  }

  async take(events: readonly Event[], now: number): Promise<void> {
    const args = events.flatMap(({ key, sequence, time }) => [key, String(sequence), String(time)]);
    await runScript(this.#redis, TAKE, Object.values(this.#keys), [String(now), ...args]);
  }

  /** Effects by key. */
  async all(): Promise<Map<string, number>> {
    return this.#read('effects');
  }

  /** How often the events of each key came to a handler. */
  async seen(): Promise<Map<string, number>> {
    return this.#read('seen');
  }

  /** When each key had its last effect. */
  async at(): Promise<Map<string, number>> {
    return this.#read('at');
  }

  /** Events whose predecessor was not there yet. */
  async gaps(): Promise<number> {
    return (await this.#read('figures')).get('gaps') ?? 0;
  }

  /** How old the events were at their effect: the share of `share` were younger, by 10 ms. */
  async lag(share: number): Promise<number> {
    const lags = [...(await this.#read('figures'))].flatMap(([name, count]) =>
      name.startsWith('lag ') ? [{ ms: Number(name.slice(4)), count }] : [],
    );
    let left = lags.reduce((sum, { count }) => sum + count, 0) * share;
    for (const { ms, count } of lags.sort((a, b) => a.ms - b.ms)) {
      left -= count;
      if (left <= 0) return ms;
    }
    return 0;
  }

  /** How old an event was at its effect, at most, since this was last asked. */
  async worstLag(): Promise<number> {
    const { worst = '0' } = await this.#redis.hGetAll(this.#keys.figures);
    await this.#redis.hDel(this.#keys.figures, 'worst');
    return Number(worst);
  }

  async #read(kind: (typeof KINDS)[number]): Promise<Map<string, number>> {
    const fields = await this.#redis.hGetAll(this.#keys[kind]);
    return new Map(Object.entries(fields).map(([name, value]) => [name, Number(value)]));
  }
}

export async function openEffects(url: string, group: string): Promise<{ effects: Effects; close(): void }> {
  const redis = await connectRedis(url, 'live');
  return { effects: new Effects(redis, group), close: () => redis.destroy() };
}
