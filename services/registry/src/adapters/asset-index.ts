import { type Bus, view } from '@giaolo/chassis/bus';
import type { LiveView } from '@giaolo/chassis/live-view';
import { byKey } from '@giaolo/chassis/page';
import type { Asset } from '@giaolo/proto/giaolo/registry/v1/asset';
import { assetChanged } from '@giaolo/topics/topics';
import { derived } from './derived.ts';

/** All assets as this replica last saw them. */
export interface AssetIndex {
  readonly live: LiveView<Asset>;
  /** By name. */
  all(): readonly Asset[];
  /** Names of those that have it as their parent. */
  childrenOf(name: string): readonly string[];
}

export async function followAssets(bus: Bus): Promise<AssetIndex> {
  const live = await bus.view<Asset>({ sources: [view(assetChanged, ({ value }) => value.asset)] });
  const index = derived(live, (assets) => {
    const children = new Map<string, string[]>();
    for (const { name, parent } of assets) {
      const siblings = children.get(parent);
      if (siblings) siblings.push(name);
      else children.set(parent, [name]);
    }
    return { sorted: assets.sort(byKey(({ name }) => name)), children };
  });
  return { live, all: () => index().sorted, childrenOf: (name) => index().children.get(name) ?? [] };
}
