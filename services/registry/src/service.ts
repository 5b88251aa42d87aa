import { type Bus, on } from '@giaolo/chassis/bus';
import type { Clock, Instant } from '@giaolo/chassis/clock';
import { type Implementation, implement } from '@giaolo/chassis/grpc/service';
import type { DecisionStore } from '@giaolo/chassis/store';
import { RegistryServiceService } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { deviceHealthObserved, healthDeadLetters } from '@giaolo/topics/topics';
import { access } from './adapters/access.ts';
import { followAssets } from './adapters/asset-index.ts';
import { getAsset, listAssetChanges, listAssets, watchAssets } from './adapters/assets.ts';
import { onboard, replace, retire } from './adapters/device-commands.ts';
import { followDevices } from './adapters/device-index.ts';
import { getDevice, listDevices } from './adapters/devices.ts';
import { importAssets } from './adapters/import-assets.ts';
import { importUnits } from './adapters/import-units.ts';
import { reportDeviceHealth } from './adapters/report-health.ts';
import { Assets, devicesIn, unitsIn } from './adapters/stores.ts';
import { judgeSilence, takeHealth } from './adapters/take-health.ts';
import { followUnits } from './adapters/unit-directory.ts';
import { getUnit, listUnits } from './adapters/units.ts';

export interface Ports {
  readonly store: DecisionStore;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Told of everything whose events wait in the outbox. */
  readonly onCommitted: (name: string) => void;
}

export interface Registry {
  readonly rpc: Implementation;
  /** To be called for a device whose deadline has come. */
  readonly onDue: (name: string) => Promise<unknown>;
}

/** Table of contents: what the registry is asked and told, and what answers. */
export async function startRegistry({ store, bus, clock: own, onCommitted }: Ports): Promise<Registry> {
  // What is shown, stamped and judged is by the time that decisions are made by, whatever this replica's clock says.
  const clock = { kind: own.kind, now: () => store.now(), observe: (at: Instant) => own.observe(at) };
  const units = unitsIn(store, onCommitted);
  const assets = new Assets(store, onCommitted);
  const devices = devicesIn(store, onCommitted);
  const directory = await followUnits(bus);
  const index = await followAssets(bus);
  const deviceIndex = await followDevices(bus);
  await bus.consume({
    group: 'registry.health',
    handlers: [on(deviceHealthObserved, takeHealth({ devices, index: deviceIndex }))],
    deadLetters: healthDeadLetters.name,
  });

  const rpc = implement(RegistryServiceService, access, {
    importUnits: importUnits({ units, directory }),
    getUnit: getUnit({ directory, clock }),
    listUnits: listUnits({ directory, clock }),
    importAssets: importAssets({ assets, index, units, directory, clock }),
    getAsset: getAsset(assets),
    listAssets: listAssets({ index, directory, clock }),
    watchAssets: watchAssets({ index, directory, clock }),
    listAssetChanges: listAssetChanges(assets),
    onboardDevice: onboard({ devices, assets, index: deviceIndex }),
    replaceDevice: replace({ devices, assets, index: deviceIndex }),
    retireDevice: retire({ devices, assets, index: deviceIndex }),
    getDevice: getDevice({ devices, index: deviceIndex, directory, clock }),
    listDevices: listDevices({ devices, index: deviceIndex, directory, clock }),
    reportDeviceHealth: reportDeviceHealth({ devices, publisher: bus.publisher, clock }),
  });
  return { rpc, onDue: judgeSilence({ devices, index: deviceIndex }) };
}
