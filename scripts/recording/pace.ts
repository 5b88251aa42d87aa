import type { Instant } from '@giaolo/chassis/clock';
import type { RecordedPosition } from './positions.ts';

/** How many times as fast as it was recorded; `max`: as fast as the platform follows. */
export type Speed = number | 'max';

/** What pacing needs of the world; milliseconds of one steady clock. */
export interface Pacer {
  now(): number;
  /** Rejects when the replay is given up. */
  sleepUntil(time: number): Promise<void>;
  /** How many positions may be sent; resolves once it is one at least. Rejects when the replay is given up. */
  room(): Promise<number>;
}

const MAX_BATCH = 100;

/** Positions, oldest first, in batches as they become due. */
export async function* pace(
  positions: readonly RecordedPosition[],
  speed: Speed,
  { now, sleepUntil, room }: Pacer,
): AsyncGenerator<RecordedPosition[], void> {
  const startedAt = now();
  const firstAt = positions[0]?.at ?? 0;
  const dueAt = (at: Instant): number => (speed === 'max' ? startedAt : startedAt + (at - firstAt) / speed);
  for (let i = 0; i < positions.length; ) {
    await sleepUntil(dueAt(positions[i]?.at ?? 0));
    const most = Math.min(MAX_BATCH, await room());
    const time = now();
    const batch: RecordedPosition[] = [];
    for (let next = positions[i]; next && batch.length < most && dueAt(next.at) <= time; next = positions[i]) {
      batch.push(next);
      i++;
    }
    yield batch;
  }
}
