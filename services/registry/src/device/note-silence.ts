import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision } from '@giaolo/chassis/decide';
import { type Device, type DeviceEvent, type KnownDevice, nextDeadline } from './device.ts';
import type { Health } from './health.ts';
import { longestSilence } from './silence.ts';

export type NoteSilence = {
  /** When it was last heard, by reports that needed no decision; null = not known. */
  readonly heardAt: Instant | null;
};

/** The deadline of a device has come: either it was heard since, which moves the deadline, or it is offline. */
export function noteSilence(device: Device, { heardAt }: NoteSilence, now: Instant): Decision<DeviceEvent, never> {
  const deadline = nextDeadline(device);
  if (device.status === undefined || deadline === undefined || deadline > now) return accept();
  const heard = Math.max(heardAt ?? 0, device.heardAt ?? 0);
  if (heard + longestSilence[device.kind] > now) return accept({ type: 'DeviceHeard', heardAt: heard });
  return accept({ type: 'HealthChanged', health: 'offline', troubles: [], heardAt: heard, at: now });
}

/** What holds at this instant, whether or not its silence was noted already. */
export function healthAt(
  device: Pick<KnownDevice, 'status' | 'kind' | 'health'> & { readonly heardAt?: Instant | undefined },
  heardAt: Instant | undefined,
  now: Instant,
): Health {
  const { health, status } = device;
  if (status === 'retired' || health === 'unknown' || health === 'offline') return health;
  const heard = Math.max(heardAt ?? 0, device.heardAt ?? 0);
  return heard + longestSilence[device.kind] > now ? health : 'offline';
}
