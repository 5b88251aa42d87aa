import type { Entry, Log } from './log.ts';
import { transit } from './network.ts';
import type { Process } from './process.ts';
import type { Simulation } from './simulation.ts';

const RESEND_MS = 2_000;

/** What becomes of a batch: `sent` may be called although it was acknowledged late and sent before. */
export interface Produced {
  readonly acknowledged: () => void;
  /** Asked before each attempt; once it says no, the batch is refused. */
  readonly isStillOurs?: () => boolean;
  readonly refused?: () => void;
}

/**
 * What `kafka/producer.ts` promises of a batch: sent again unchanged until it is acknowledged. What was sent before may
 * still arrive after it, for a broker reads what stands in a connection that was cut.
 */
export function produce<Value>(
  process: Process,
  simulation: Simulation,
  log: Log<Value>,
  entries: readonly Entry<Value>[],
  { acknowledged, isStillOurs, refused }: Produced,
): void {
  const { random, faults } = simulation;
  const { life } = process;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    acknowledged();
  };
  const attempt = (): void => {
    if (isStillOurs && !isStillOurs()) {
      refused?.();
      return;
    }
    const there = transit(simulation);
    const home = transit(simulation);
    const isLostThere = random.chance(faults.drop / 2);
    const isLostBack = random.chance(faults.drop / 2);
    if (!isLostThere)
      process.leave(() =>
        simulation.after(there, () => {
          log.append(entries);
          if (!isLostBack) process.after(home, end, life);
        }),
      );
    if (isLostThere || isLostBack || there + home > RESEND_MS)
      process.after(RESEND_MS, () => {
        if (isOver) return;
        if (simulation.story) simulation.tell(`${process.name} sends ${entries.length} entries again`);
        attempt();
      });
  };
  attempt();
}
