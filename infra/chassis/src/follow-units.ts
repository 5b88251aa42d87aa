import type { UnitRef } from '@giaolo/proto/giaolo/type/v1/unit';
import { type Bus, view } from './bus.ts';
import type { Unit } from './principal.ts';
import { unitChanged } from './topics.ts';
import { UnitTree } from './units.ts';

const unitOf = ({ code, validFrom }: UnitRef): Unit => ({ code, validFrom });

/** The tree of units as the registry tells it, from now on up to date. */
export async function followUnits(bus: Bus): Promise<UnitTree> {
  const tree = new UnitTree();
  const keepInTree = view(unitChanged, ({ value: { unit } }) => {
    if (unit?.ref)
      tree.put({
        unit: unitOf(unit.ref),
        validTo: unit.validTo || undefined,
        parent: unit.parent && unitOf(unit.parent),
        successors: unit.successors.map(unitOf),
      });
    return undefined;
  });
  await bus.view({ sources: [keepInTree] });
  return tree;
}
