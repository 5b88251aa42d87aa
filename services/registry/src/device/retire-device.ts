import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { Device, DeviceEvent } from './device.ts';

export function retireDevice(device: Device): Decision<DeviceEvent, 'DEVICE_UNKNOWN'> {
  if (device.status === undefined) return refuse('DEVICE_UNKNOWN');
  return device.status === 'retired' ? accept() : accept({ type: 'DeviceRetired' });
}
