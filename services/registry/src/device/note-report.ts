import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision, refuse } from '@giaolo/chassis/decide';
import type { Device, DeviceEvent } from './device.ts';
import type { Trouble } from './health.ts';
import { longestSilence } from './silence.ts';

export type NoteReport = { readonly troubles: readonly Trouble[]; readonly receivedAt: Instant };

/**
 * A device has spoken. Only what changes its health is noted: reports come too often for more. One that lay about for
 * so long that the device may have gone silent since tells nothing.
 */
export function noteReport(
  device: Device,
  { troubles, receivedAt }: NoteReport,
  now: Instant,
): Decision<DeviceEvent, 'DEVICE_UNKNOWN'> {
  if (device.status === undefined) return refuse('DEVICE_UNKNOWN');
  if (device.status === 'retired' || receivedAt < Math.max(device.hardwareSince, device.heardAt ?? 0)) return accept();
  if (receivedAt + longestSilence[device.kind] <= now) return accept();
  const health = troubles.length > 0 ? 'degraded' : 'online';
  if (device.health === health && device.troubles.join() === troubles.join()) return accept();
  return accept({ type: 'HealthChanged', health, troubles, heardAt: receivedAt, at: now });
}
