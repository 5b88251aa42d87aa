import type { Clock } from '@giaolo/chassis/clock';
import { type Check, demand } from '@giaolo/chassis/demand';
import type { Call } from '@giaolo/chassis/grpc/call';
import { watchStream } from '@giaolo/chassis/grpc/watch';
import { pageOf } from '@giaolo/chassis/page';
import type { Asset as AssetMessage } from '@giaolo/proto/giaolo/registry/v1/asset';
import type {
  GetAssetRequest,
  GetAssetResponse,
  ListAssetChangesRequest,
  ListAssetChangesResponse,
  ListAssetsRequest,
  ListAssetsResponse,
  WatchAssetsRequest,
  WatchAssetsResponse,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { changesOf, type KnownAsset } from '../asset/asset.ts';
import type { UnitKey } from '../unit/unit.ts';
import type { AssetIndex } from './asset-index.ts';
import { fitting } from './fitting.ts';
import { anAssetName, aUnitOrNone, readAssetName, unitKey } from './names.ts';
import { refused } from './refused.ts';
import type { Assets } from './stores.ts';
import type { UnitDirectory } from './unit-directory.ts';
import { assetMessage, changeMessage } from './wire-asset.ts';

const PAGE = { standard: 100, largest: 1_000 };

/** The asset as committed last. Throws ASSET_UNKNOWN, ROLE_MISSING, UNIT_FOREIGN. */
async function assetOf(assets: Assets, name: string, { rights }: Call): Promise<KnownAsset> {
  readAssetName('name', name);
  const asset = await assets.load(name);
  if (!asset) throw refused('ASSET_UNKNOWN', { asset: name });
  rights.require(asset.unit);
  return asset;
}

export const getAsset =
  (assets: Assets) =>
  async ({ name }: GetAssetRequest, call: Call): Promise<GetAssetResponse> => ({
    asset: assetMessage(name, await assetOf(assets, name, call)),
  });

export const listAssetChanges =
  (assets: Assets) =>
  async ({ name }: ListAssetChangesRequest, call: Call): Promise<ListAssetChangesResponse> => {
    const changes = changesOf(await assetOf(assets, name, call));
    return { changes: changes.map(({ revision, change }) => changeMessage(revision, change)) };
  };

interface Ring {
  readonly index: AssetIndex;
  readonly directory: UnitDirectory;
  readonly clock: Clock;
}

const aParent = (name: string): Check => (name === '' ? [true, ''] : anAssetName(name));

export const listAssets =
  ({ index, directory, clock }: Ring) =>
  async (request: ListAssetsRequest, { rights: { sees } }: Call): Promise<ListAssetsResponse> => {
    const { kind, unit, parent, showRetired } = request;
    demand({ unit: aUnitOrNone(unit), parent: aParent(parent) });
    const now = clock.now();
    const isIn = (of: UnitKey | undefined) => !unit || (!!of && directory.covers(unitKey(unit), unitKey(of), now));
    const wanted = index
      .all()
      .filter(
        (asset) =>
          (kind === 0 || asset.kind === kind) &&
          (parent === '' || asset.parent === parent) &&
          (showRetired || asset.retiredOn === '') &&
          isIn(asset.unit) &&
          sees(asset.unit),
      );
    const page = pageOf(wanted, nameOf, request, PAGE);
    const [assets = []] = fitting(page.items, sizeOf);
    if (assets.length === page.items.length) return { assets, nextPageToken: page.nextPageToken };
    const { nextPageToken } = pageOf(wanted, nameOf, { ...request, pageSize: assets.length }, PAGE);
    return { assets, nextPageToken };
  };

export const watchAssets =
  ({ index }: Ring) =>
  (request: WatchAssetsRequest, { signal, rights: { sees } }: Call): AsyncIterable<WatchAssetsResponse> => {
    const kinds = new Set(request.kinds);
    const isWanted = ({ kind, unit }: AssetMessage) => (kinds.size === 0 || kinds.has(kind)) && sees(unit);
    return inFittingMessages(
      watchStream(index.live, request, signal, isWanted, (head, assets): WatchAssetsResponse => ({ ...head, assets })),
    );
  };

/** Only the last part of a message carries its token: who has not seen all of it does not resume after it. */
async function* inFittingMessages(messages: AsyncIterable<WatchAssetsResponse>): AsyncGenerator<WatchAssetsResponse> {
  for await (const { phase, resumeToken, assets } of messages) {
    const parts = fitting(assets, sizeOf);
    if (parts.length === 0) yield { phase, resumeToken, assets };
    for (const [i, part] of parts.entries())
      yield { phase, resumeToken: i === parts.length - 1 ? resumeToken : '', assets: part };
  }
}

const nameOf = ({ name }: AssetMessage): string => name;

/** About how many bytes it takes. */
function sizeOf({ displayName, owner, operator, details }: AssetMessage): number {
  const lot = details?.$case === 'lot' ? details.value : undefined;
  const bays = lot?.bayIds.reduce((sum, bayId) => sum + bayId.length + 2, 0) ?? 0;
  // A letter takes up to three; nothing else in an asset is long.
  return 1_000 + 3 * (displayName.length + owner.length + operator.length) + bays + 20 * (lot?.outline.length ?? 0);
}
