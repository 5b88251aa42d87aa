import type { Entry, Log } from './log.ts';
import { transit } from './network.ts';
import type { Process } from './process.ts';
import { produce } from './produce.ts';
import type { Simulation } from './simulation.ts';

const ROUNDS = 5;

/** What `kafka/mend.ts` does: where old entries came after newer ones of their key, the newest is sent once more. */
export function mend<Value>(
  process: Process,
  simulation: Simulation,
  log: Log<Value>,
  entries: readonly Entry<Value>[],
): void {
  const keys = new Set(entries.map(({ key }) => key));
  const round = (left: number): void => {
    process.after(transit(simulation), () => {
      const behind = log.overtaken().filter(({ key }) => keys.has(key));
      if (behind.length === 0 || left === 0) return;
      if (simulation.story) simulation.tell(`${process.name} mends ${behind.length} entries`);
      produce(process, simulation, log, behind, { acknowledged: () => round(left - 1) });
    });
  };
  round(ROUNDS);
}
