export const assetKinds = ['intersection', 'signal-group', 'detector', 'lot', 'bay', 'stop', 'sign'] as const;
export type AssetKind = (typeof assetKinds)[number];

/** First part of the stable names: `lots/{lot}`. */
export const collectionOf: Readonly<Record<AssetKind, string>> = {
  intersection: 'intersections',
  'signal-group': 'signal-groups',
  detector: 'detectors',
  lot: 'lots',
  bay: 'bays',
  stop: 'stops',
  sign: 'signs',
};

/** What an asset is part of, and the column that names it. */
export const parentOf: Readonly<Partial<Record<AssetKind, { readonly kind: AssetKind; readonly required: boolean }>>> =
  {
    'signal-group': { kind: 'intersection', required: true },
    detector: { kind: 'intersection', required: false },
    bay: { kind: 'lot', required: true },
  };

export const ASSET_ID = /^[a-z0-9-]{1,64}$/;

const kindOfCollection = new Map(assetKinds.map((kind) => [collectionOf[kind], kind]));

export const assetName = (kind: AssetKind, id: string): string => `${collectionOf[kind]}/${id}`;

/** Undefined where the text is not the stable name of an asset. */
export function parseAssetName(name: string): { readonly kind: AssetKind; readonly id: string } | undefined {
  const slash = name.indexOf('/');
  const kind = kindOfCollection.get(name.slice(0, slash));
  const id = name.slice(slash + 1);
  return kind && ASSET_ID.test(id) ? { kind, id } : undefined;
}
