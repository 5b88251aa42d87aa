import type { Asset, KnownAsset } from '../asset/asset.ts';
import type { AssetKind } from '../asset/kinds.ts';
import type { AssetEntry } from '../asset/read-assets.ts';
import type { AssetIndex } from './asset-index.ts';
import { inParallel } from './in-parallel.ts';
import type { Assets } from './stores.ts';

interface Wanted {
  readonly kind: AssetKind;
  readonly entries: readonly AssetEntry[];
  /** Names of registered assets that leave service. */
  readonly retired: readonly string[];
}

/** What is registered of all that a file touches, as committed last. Only who is whose child is as last seen. */
export class Snapshot {
  /** The assets of the file that are registered. */
  readonly registered: ReadonlyMap<string, KnownAsset>;
  readonly retired: readonly string[];
  readonly #assets: Assets;
  readonly #index: AssetIndex;
  readonly #known = new Map<string, KnownAsset | undefined>();

  private constructor(
    assets: Assets,
    index: AssetIndex,
    registered: Map<string, KnownAsset>,
    retired: readonly string[],
  ) {
    this.#assets = assets;
    this.#index = index;
    this.registered = registered;
    this.retired = retired;
  }

  static async of(assets: Assets, index: AssetIndex, { kind, entries, retired }: Wanted): Promise<Snapshot> {
    const registered = new Map<string, KnownAsset>();
    const snapshot = new Snapshot(assets, index, registered, retired);
    const names = entries.map(({ name }) => name);
    for (const [name, asset] of await snapshot.loaded(names)) registered.set(name, asset);
    const before = [...registered.values()].map(({ parent }) => parent);
    const parents = [...entries.map(({ asset }) => asset.parent), ...before];
    await snapshot.loaded([...parents, ...retired]);
    const ofRetired = retired.flatMap((name) => snapshot.get(name)?.parent ?? []);
    const families = new Set(kind === 'lot' ? names : [...parents, ...ofRetired]);
    await snapshot.loaded([...families].flatMap((name) => index.childrenOf(name)));
    return snapshot;
  }

  readonly get = (name: string): KnownAsset | undefined => this.#known.get(name);

  readonly children = (parent: string): { name: string; asset: Asset }[] => {
    const leaving = new Set(this.retired);
    return this.#index.childrenOf(parent).flatMap((name) => {
      const asset = this.#known.get(name);
      return asset?.parent === parent && !leaving.has(name) ? [{ name, asset }] : [];
    });
  };

  /** Those of these that are registered. */
  async loaded(names: readonly string[]): Promise<Map<string, KnownAsset>> {
    const news = [...new Set(names)].filter((name) => name !== '' && !this.#known.has(name));
    await inParallel(news, async (name) => this.#known.set(name, await this.#assets.load(name)));
    return new Map(
      [...new Set(names)].flatMap((name): [string, KnownAsset][] => {
        const asset = this.#known.get(name);
        return asset ? [[name, asset]] : [];
      }),
    );
  }
}
