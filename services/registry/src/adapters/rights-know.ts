import { setTimeout as wait } from 'node:timers/promises';
import { dependencyUnavailable } from '@giaolo/chassis/errors';
import type { Call } from '@giaolo/chassis/grpc/call';
import { keyOf, type UnitKey } from '../unit/unit.ts';

const LONGEST_MS = 5_000;
const STEP_MS = 20;

/**
 * Rights hear of new units a moment after the store has them. Resolves when they hold for units that lie in one which the
 * caller was already found to have.
 */
export async function rightsKnow(units: readonly UnitKey[], { rights, signal }: Call): Promise<void> {
  const distinct = new Map(units.map((unit) => [keyOf(unit), unit]));
  const until = performance.now() + LONGEST_MS;
  for (const [name, unit] of distinct)
    while (rights.refusal(unit)) {
      if (performance.now() > until || signal.aborted)
        throw dependencyUnavailable(`this replica has not heard of the unit ${name} yet`);
      await wait(STEP_MS);
    }
}
