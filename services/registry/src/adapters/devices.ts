import type { Clock, Instant } from '@giaolo/chassis/clock';
import { type Check, demand } from '@giaolo/chassis/demand';
import type { Call } from '@giaolo/chassis/grpc/call';
import { pageOf } from '@giaolo/chassis/page';
import { type Device as DeviceMessage, Device_State as DeviceState } from '@giaolo/proto/giaolo/registry/v1/device';
import type {
  GetDeviceRequest,
  GetDeviceResponse,
  ListDevicesRequest,
  ListDevicesResponse,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { healthAt } from '../device/note-silence.ts';
import type { UnitKey } from '../unit/unit.ts';
import type { DeviceIndex } from './device-index.ts';
import { aDeviceName, anAssetName, aUnitOrNone, deviceId, unitKey } from './names.ts';
import { refused } from './refused.ts';
import type { Devices } from './stores.ts';
import type { UnitDirectory } from './unit-directory.ts';
import { deviceMessage, healthMessage, healthOf, readKind } from './wire-device.ts';

const PAGE = { standard: 100, largest: 1_000 };

interface Ring {
  readonly devices: Devices;
  readonly index: DeviceIndex;
  readonly directory: UnitDirectory;
  readonly clock: Clock;
}

export const getDevice =
  ({ devices, index, clock }: Ring) =>
  async ({ name }: GetDeviceRequest, { rights }: Call): Promise<GetDeviceResponse> => {
    demand({ name: aDeviceName(name) });
    const device = await devices.load(deviceId(name));
    if (!device || device.status === undefined) throw refused('DEVICE_UNKNOWN', { device: name });
    rights.require(device.unit);
    return { device: atNow(deviceMessage(name, device), index, clock.now()) };
  };

export const listDevices =
  ({ index, directory, clock }: Ring) =>
  async (request: ListDevicesRequest, { rights: { sees } }: Call): Promise<ListDevicesResponse> => {
    const { kind, health, unit, asset, showRetired } = request;
    demand({ unit: aUnitOrNone(unit), asset: anAssetOrNone(asset) });
    const now = clock.now();
    const isIn = (of: UnitKey | undefined) => !unit || (!!of && directory.covers(unitKey(unit), unitKey(of), now));
    const wanted = index
      .all()
      .filter(
        (device) =>
          (kind === 0 || device.kind === kind) &&
          (asset === '' || device.assets.includes(asset)) &&
          (showRetired || device.state === DeviceState.STATE_ACTIVE) &&
          isIn(device.unit) &&
          sees(device.unit),
      )
      .map((device) => atNow(device, index, now))
      .filter((device) => health.length === 0 || health.includes(device.health?.state ?? 0));
    const { items, nextPageToken } = pageOf(wanted, ({ name }) => name, request, PAGE);
    return { devices: [...items], nextPageToken };
  };

const anAssetOrNone = (name: string): Check => (name === '' ? [true, ''] : anAssetName(name));

/** With what it said last, and offline from the instant on from which it is, noted or not. */
function atNow(device: DeviceMessage, index: DeviceIndex, now: Instant): DeviceMessage {
  const { health, kind: kindOfMessage, hardwareSinceTime } = device;
  const kind = readKind(kindOfMessage);
  const newest = index.heard(device.name);
  // What the hardware before it said is not its word.
  const heard = newest && newest.receivedAt >= (hardwareSinceTime?.getTime() ?? 0) ? newest : undefined;
  const state = health && healthOf(health.state);
  if (!health || !kind || !state || device.state === DeviceState.STATE_RETIRED) return device;
  const decidedAt = health.heardTime?.getTime();
  const heardAt = Math.max(heard?.receivedAt ?? 0, decidedAt ?? 0);
  const current = healthAt({ status: 'active', kind, health: state, heardAt: decidedAt }, heard?.receivedAt, now);
  const heardTime = heardAt === 0 ? undefined : new Date(heardAt);
  const troubles = current === 'offline' ? [] : health.troubles;
  return {
    ...device,
    health: { ...health, state: healthMessage[current], troubles, heardTime, report: heard?.report },
  };
}
