import type { Asset, AssetEvent, Change } from '../src/asset/asset.ts';
import type { Details, Lot } from '../src/asset/details.ts';
import { differences } from '../src/asset/differences.ts';

export const by = { by: 'user:registrar', requestId: 'import-1' };

export const lotDetails: Lot = {
  kind: 'lot',
  measuredBy: 'count',
  capacity: 120,
  bayIds: [],
  vehicleClass: 'car',
  outline: [],
};

export const asset = (details: Details = lotDetails, changed: Partial<Asset> = {}): Asset => ({
  displayName: 'Bãi Cát Dài',
  position: { latitude: 10.3489, longitude: 107.1012 },
  unit: { code: '00', validFrom: '2025-07-01' },
  owner: 'Sở Xây dựng',
  operator: '',
  parent: '',
  inServiceSince: '2024-05-01',
  retiredOn: '',
  details,
  ...changed,
});

export const bay = (bayId: string, changed: Partial<Asset> = {}): Asset =>
  asset({ kind: 'bay', bayId, vehicleClass: 'car' }, { parent: 'lots/market', ...changed });

export const entered = (to: Asset, kind: Change['kind'] = 'registered', from: Asset = to, at = 0): AssetEvent => ({
  type: 'AssetEntered',
  asset: to,
  change: { kind, fields: differences(from, to), at, ...by },
});
