import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { Device, DeviceEvent, Hardware, KnownDevice, Particulars } from './device.ts';

export type OnboardRefusal = 'DEVICE_EXISTS' | 'DEVICE_RETIRED';

/** A device becomes part of the platform; its name is its own for ever. */
export function onboardDevice(
  device: Device,
  particulars: Particulars,
  now: Instant,
): Decision<DeviceEvent, OnboardRefusal> {
  if (device.status === undefined) return accept({ type: 'DeviceOnboarded', ...particulars, at: now });
  if (device.status === 'retired') return refuse('DEVICE_RETIRED');
  return isTheSame(device, particulars) ? accept() : refuse('DEVICE_EXISTS');
}

/** Its unit follows from its assets. */
const isTheSame = (device: KnownDevice, { kind, assets, hardware }: Particulars): boolean =>
  device.kind === kind && device.assets.join() === assets.join() && isSameHardware(device.hardware, hardware);

export const isSameHardware = (a: Hardware, b: Hardware): boolean =>
  a.maker === b.maker &&
  a.model === b.model &&
  a.serialNumber === b.serialNumber &&
  a.credentialKind === b.credentialKind &&
  a.fingerprint === b.fingerprint;
