import { announcement } from '@giaolo/chassis/aggregate';
import { Handler } from '@giaolo/chassis/handle';
import { COUNTRY } from '@giaolo/chassis/principal';
import type { DecisionStore } from '@giaolo/chassis/store';
import { assetChanged, assetState, deviceChanged, deviceState, unitChanged, unitState } from '@giaolo/topics/topics';
import { type AssetEvent, type AssetState, evolve as evolveAsset, type KnownAsset } from '../asset/asset.ts';
import { type AssetKind, assetKinds, collectionOf, parseAssetName } from '../asset/kinds.ts';
import { type Device, type DeviceEvent, evolve as evolveDevice, nextDeadline } from '../device/device.ts';
import { evolve as evolveUnit, type UnitEvent, type UnitState } from '../unit/unit.ts';
import { assetChangedMessage } from './wire-asset.ts';
import { deviceChangedMessage } from './wire-device.ts';
import { unitMessage } from './wire-unit.ts';

export type Units = Handler<UnitState, UnitEvent>;
export type Devices = Handler<Device, DeviceEvent>;

type OnCommitted = (name: string) => void;

/** Units belong to the country, whoever they are. */
export const unitsIn = (store: DecisionStore, onCommitted: OnCommitted): Units =>
  new Handler<UnitState, UnitEvent>(
    {
      entity: 'units',
      evolve: evolveUnit,
      unitOf: ({ code }) => (code === undefined ? undefined : COUNTRY),
      stateTopic: unitState,
      announce: ({ record }, _after, name) => announcement(unitChanged, name, { unit: unitMessage(record) }),
    },
    store,
    onCommitted,
  );

export const devicesIn = (store: DecisionStore, onCommitted: OnCommitted): Devices =>
  new Handler<Device, DeviceEvent>(
    {
      entity: 'devices',
      evolve: evolveDevice,
      nextDeadline,
      unitOf: (device) => (device.status === undefined ? undefined : device.unit),
      stateTopic: deviceState,
      announce: (event, after, name, now) =>
        announcement(deviceChanged, name, deviceChangedMessage(event, after, name, now)),
    },
    store,
    onCommitted,
  );

/** Assets of all kinds, each under its stable name. */
export class Assets {
  readonly #handlers: Readonly<Record<AssetKind, Handler<AssetState, AssetEvent>>>;

  constructor(store: DecisionStore, onCommitted: OnCommitted) {
    const entries = assetKinds.map((kind) => [kind, assetsOf(kind, store, onCommitted)]);
    this.#handlers = Object.fromEntries(entries);
  }

  /** The asset as committed last; undefined where none of this name was ever registered. */
  async load(name: string): Promise<KnownAsset | undefined> {
    const parsed = parseAssetName(name);
    const state = parsed && (await this.#handlers[parsed.kind].load(parsed.id));
    return state?.revision === undefined ? undefined : state;
  }

  readonly handle: Handler<AssetState, AssetEvent>['handle'] = (name, ...rest) => {
    const parsed = parseAssetName(name);
    if (!parsed) throw new Error(`not the name of an asset: ${name}`);
    return this.#handlers[parsed.kind].handle(parsed.id, ...rest);
  };
}

const assetsOf = (kind: AssetKind, store: DecisionStore, onCommitted: OnCommitted) =>
  new Handler<AssetState, AssetEvent>(
    {
      entity: collectionOf[kind],
      evolve: evolveAsset,
      unitOf: (asset) => (asset.revision === undefined ? undefined : asset.unit),
      stateTopic: assetState,
      announce: ({ change }, after, name) =>
        announcement(assetChanged, name, assetChangedMessage(name, after as KnownAsset, change)),
    },
    store,
    onCommitted,
  );
