import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { Device, DeviceEvent, Hardware } from './device.ts';
import { isSameHardware } from './onboard-device.ts';

export type ReplaceDevice = { readonly hardware: Hardware };

/** Other hardware takes the place of what was there, at the same assets. */
export function replaceDevice(
  device: Device,
  { hardware }: ReplaceDevice,
  now: Instant,
): Decision<DeviceEvent, 'DEVICE_UNKNOWN' | 'DEVICE_RETIRED'> {
  if (device.status === undefined) return refuse('DEVICE_UNKNOWN');
  if (device.status === 'retired') return refuse('DEVICE_RETIRED');
  return isSameHardware(device.hardware, hardware) ? accept() : accept({ type: 'DeviceReplaced', hardware, at: now });
}
