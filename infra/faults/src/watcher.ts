import { on } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { counted } from '@giaolo/chassis/testing/counter-aggregate';
import { letters } from './feed.ts';
import type { Context } from './scenario.ts';
import type { TallyPlace } from './tally-replica.ts';

/** A consumer as services have them: its effect is kept together with the sequence of the event that made it. */
export interface Watcher {
  /** How often a record came to its handler: past the sequence check of the chassis. */
  readonly handled: number;
  /** How often one had an effect. */
  readonly effects: number;
  /** Events that came before their predecessor. */
  readonly gaps: readonly string[];
  /** When the events of each key had their effect, by performance.now(). */
  readonly times: ReadonlyMap<string, readonly number[]>;
  /** Milliseconds until the next effect. */
  next(): Promise<number>;
  /** Resolves when so many effects are there. */
  caughtUp(effects: number): Promise<void>;
}

export async function startWatcher(context: Context, place: TallyPlace): Promise<Watcher> {
  const { service, topicPrefix, kafka } = place;
  const bus = openKafkaBus({
    ...{ service, topicPrefix, brokers: kafka, clock: wallClock },
    produces: [letters],
    consumes: [counted],
  });
  context.onEnd(() => bus.close());
  const last = new Map<string, number>();
  const times = new Map<string, number[]>();
  const gaps: string[] = [];
  const sums = { handled: 0, effects: 0 };
  const take = (key: string, sequence: number) => {
    sums.handled++;
    const before = last.get(key) ?? 0;
    if (sequence <= before) return;
    if (sequence !== before + 1) gaps.push(`${key}@${sequence} after ${before}`);
    sums.effects++;
    last.set(key, sequence);
    const seen = times.get(key);
    if (seen) seen.push(performance.now());
    else times.set(key, [performance.now()]);
  };
  await bus.consume({
    group: 'tally.watcher',
    deadLetters: letters.name,
    handlers: [
      on(counted, async (batch) => {
        for (const { key, sequence = 0 } of batch) take(key, sequence);
      }),
    ],
  });
  return {
    get handled() {
      return sums.handled;
    },
    get effects() {
      return sums.effects;
    },
    gaps,
    times,
    next: async () => {
      const [from, before] = [performance.now(), sums.effects];
      await eventually('the consumer goes on', () => sums.effects > before, 120_000);
      return performance.now() - from;
    },
    caughtUp: async (effects) => {
      await eventually(`${effects} events have their effect`, () => sums.effects >= effects, 60_000);
    },
  };
}

/** The longest time between two events of one key, or an end of the span. */
export function longestSilence({ times }: Watcher, from: number, until: number): number {
  let longest = 0;
  for (const seen of times.values()) {
    let last = from;
    for (const at of [...seen.filter((time) => time > from && time < until), until]) {
      longest = Math.max(longest, at - last);
      last = at;
    }
  }
  return longest;
}
