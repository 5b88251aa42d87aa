import { type Asset, type FieldChange, isInService, type KnownAsset, said } from './asset.ts';
import { bayIdsOf, withBays } from './bays.ts';
import { differences } from './differences.ts';
import type { World } from './judge-assets.ts';
import type { AssetEntry } from './read-assets.ts';

/** One asset that an import would write. */
export type Step =
  | { readonly kind: 'add'; readonly name: string; readonly asset: Asset }
  | {
      readonly kind: 'change';
      readonly name: string;
      readonly asset: Asset;
      readonly revision: number;
      readonly fields: readonly FieldChange[];
    }
  | { readonly kind: 'retire'; readonly name: string };

export interface Plan {
  readonly steps: readonly Step[];
  readonly unchanged: number;
}

type Registered = ReadonlyMap<string, KnownAsset>;

/** What the assets of a file would add and change; `retired` leave service besides. */
export function planAssets(
  entries: readonly AssetEntry[],
  registered: Registered,
  retired: readonly string[],
  { children }: Pick<World, 'children'>,
): Plan {
  const steps: Step[] = [];
  for (const { name, asset } of entries) {
    const known = registered.get(name);
    // A file of lots does not say which bays they have; those are registered one by one.
    const wanted = withBays(asset, () => bayIdsOf(children(name)));
    if (!known) steps.push({ kind: 'add', name, asset: wanted });
    else steps.push(...changeTo(name, known, wanted));
  }
  const unchanged = entries.length - steps.length;
  for (const name of retired) steps.push({ kind: 'retire', name });
  return { steps, unchanged };
}

/** The lots that an import of bays concerns: those that have some of them, or had. */
export function lotsOf(entries: readonly AssetEntry[], registered: Registered, retired: readonly Asset[]): string[] {
  const before = entries.flatMap(({ name }) => registered.get(name)?.parent ?? []);
  return [...new Set([...entries.map(({ asset }) => asset.parent), ...before, ...retired.map(({ parent }) => parent)])];
}

/** How their lists of bays follow. */
export function planLots(
  lots: Registered,
  entries: readonly AssetEntry[],
  { children }: Pick<World, 'children'>,
): Step[] {
  const elsewhere = new Set(entries.map(({ name }) => name));
  return [...lots].flatMap(([name, lot]) => {
    const stay = children(name).filter((bay) => !elsewhere.has(bay.name));
    const inFile = entries.filter(({ asset }) => asset.parent === name && isInService(asset));
    return changeTo(
      name,
      lot,
      withBays(said(lot), () => bayIdsOf([...stay, ...inFile])),
    );
  });
}

function changeTo(name: string, known: KnownAsset, asset: Asset): Step[] {
  const fields = differences(known, asset);
  return fields.length === 0 ? [] : [{ kind: 'change', name, asset, revision: known.revision, fields }];
}
