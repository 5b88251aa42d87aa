import type { Act } from './agenda.ts';
import type { Simulation } from './simulation.ts';

/** How long a message takes: some milliseconds or none, up to a minute when it is late. */
export function transit({ random, faults, latencyMs }: Simulation): number {
  return random.chance(faults.late) ? random.below(2 ** random.between(6, 16)) : random.below(latencyMs + 1);
}

/** A message between strangers: it may be lost, doubled, late. */
export function send(simulation: Simulation, arrive: Act): void {
  const { random, faults } = simulation;
  if (random.chance(faults.double)) simulation.after(transit(simulation), arrive);
  if (!random.chance(faults.drop)) simulation.after(transit(simulation), arrive);
}
