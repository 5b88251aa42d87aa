import type { Decide, Json } from '@giaolo/chassis/decide';
import { aRequestId, demand } from '@giaolo/chassis/demand';
import type { Call } from '@giaolo/chassis/grpc/call';
import type { Unit } from '@giaolo/chassis/principal';
import { Device as DeviceMessage } from '@giaolo/proto/giaolo/registry/v1/device';
import type {
  OnboardDeviceRequest,
  ReplaceDeviceRequest,
  RetireDeviceRequest,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { isInService } from '../asset/asset.ts';
import type { Device, DeviceEvent, Hardware, KnownDevice, Particulars } from '../device/device.ts';
import { onboardDevice } from '../device/onboard-device.ts';
import { replaceDevice } from '../device/replace-device.ts';
import { retireDevice } from '../device/retire-device.ts';
import type { UnitKey } from '../unit/unit.ts';
import { readHardware } from './credential.ts';
import type { DeviceIndex } from './device-index.ts';
import { aDeviceName, anAssetName, deviceId } from './names.ts';
import { type Refusal, refused } from './refused.ts';
import type { Assets, Devices } from './stores.ts';
import { deviceMessage, readKind } from './wire-device.ts';

interface Ring {
  readonly devices: Devices;
  readonly assets: Assets;
  readonly index: DeviceIndex;
}

const MOST_ASSETS = 200;

/** How a command on one device is read from its request. */
interface Reading<Request, Command extends Json> {
  readonly read: (request: Request, call: Call) => Command | Promise<Command>;
  /** The unit of a device that the command makes. */
  readonly createsIn?: (command: Command) => Unit;
}

const command =
  <Request extends { requestId: string; name: string }, Command extends Json, Reason extends Refusal>(
    devices: Devices,
    decide: Decide<Device, Command, DeviceEvent, Reason>,
    { read, createsIn }: Reading<Request, Command>,
  ) =>
  async (request: Request, call: Call): Promise<{ device: DeviceMessage | undefined }> => {
    const { requestId, name } = request;
    demand({ request_id: aRequestId(requestId), name: aDeviceName(name) });
    const asked = await read(request, call);
    const { principal, rights: authority, method, traceparent, signal } = call;
    const caller = { principal, authority, createsIn: createsIn?.(asked), method, requestId, traceparent, signal };
    const answer = (device: Device) => DeviceMessage.toJSON(deviceMessage(name, device as KnownDevice)) as Json;
    const outcome = await devices.handle(deviceId(name), decide, asked, caller, answer);
    if (!outcome.accepted) throw refused(outcome.reason, { device: name });
    return { device: DeviceMessage.fromJSON(outcome.answer) };
  };

export const onboard = ({ devices, assets, index }: Ring) =>
  command(devices, onboardDevice, {
    read: async (request: OnboardDeviceRequest, call): Promise<Particulars> => {
      const { kind: message, assets: names } = request;
      const kind = readKind(message);
      demand({
        kind: [kind !== undefined, 'must be one of the kinds'],
        assets: [
          names.length >= 1 &&
            names.length <= MOST_ASSETS &&
            new Set(names).size === names.length &&
            names.every((name) => anAssetName(name)[0]),
          `must be 1 to ${MOST_ASSETS} different names of assets`,
        ],
      });
      const unit = await unitOfAll(assets, names, call);
      const hardware = requireOwn(readHardware(request), request.name, index);
      return { kind: kind as Particulars['kind'], assets: [...names].sort(), unit, hardware };
    },
    createsIn: ({ unit }) => unit,
  });

export const replace = ({ devices, index }: Ring) =>
  command(devices, replaceDevice, {
    read: (request: ReplaceDeviceRequest) => ({
      hardware: requireOwn(readHardware(request), request.name, index),
    }),
  });

export const retire = ({ devices }: Ring) => command(devices, retireDevice, { read: (_: RetireDeviceRequest) => null });

/** The unit of the first; all must be the caller's to give a device to. */
async function unitOfAll(assets: Assets, names: readonly string[], { rights }: Call): Promise<UnitKey> {
  const units: UnitKey[] = [];
  for (const name of names) {
    const asset = await assets.load(name);
    if (!asset) throw refused('ASSET_UNKNOWN', { asset: name });
    rights.require(asset.unit);
    if (!isInService(asset)) throw refused('ASSET_RETIRED', { asset: name });
    units.push(asset.unit);
  }
  return units[0] as UnitKey;
}

/** As far as this replica knows: two devices that come with one key in the same second pass. */
function requireOwn(hardware: Hardware, device: string, index: DeviceIndex): Hardware {
  const other = index.withFingerprint(hardware.fingerprint);
  if (other && other !== device) throw refused('CREDENTIAL_SHARED', { device });
  return hardware;
}
