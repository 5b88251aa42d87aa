import type { Instant } from '@giaolo/chassis/clock';
import type { Patch } from '@giaolo/chassis/decide';
import type { UnitKey } from '../unit/unit.ts';
import type { Health, Trouble } from './health.ts';
import type { CredentialKind, DeviceKind } from './kinds.ts';
import { longestSilence } from './silence.ts';

export type Hardware = {
  readonly maker: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly credentialKind: CredentialKind;
  /** Empty for a shared secret. */
  readonly fingerprint: string;
};

export interface KnownDevice {
  readonly status: 'active' | 'retired';
  readonly kind: DeviceKind;
  readonly assets: readonly string[];
  readonly unit: UnitKey;
  readonly hardware: Hardware;
  readonly onboardedAt: Instant;
  readonly hardwareSince: Instant;
  readonly health: Health;
  readonly troubles: readonly Trouble[];
  readonly healthSince: Instant;
  /** As far as decisions needed to know; reports may have come since. Absent = never. */
  readonly heardAt?: Instant;
}

/** A device that was never onboarded has no field at all. */
export type Device = { readonly status?: undefined } | KnownDevice;

export type Particulars = {
  readonly kind: DeviceKind;
  readonly assets: readonly string[];
  readonly unit: UnitKey;
  readonly hardware: Hardware;
};

export type DeviceEvent =
  | ({ readonly type: 'DeviceOnboarded'; readonly at: Instant } & Particulars)
  | { readonly type: 'DeviceReplaced'; readonly hardware: Hardware; readonly at: Instant }
  | { readonly type: 'DeviceRetired' }
  | {
      readonly type: 'HealthChanged';
      readonly health: Health;
      readonly troubles: readonly Trouble[];
      readonly heardAt: Instant;
      readonly at: Instant;
    }
  | { readonly type: 'DeviceHeard'; readonly heardAt: Instant };

export function evolve(device: Device, event: DeviceEvent): Patch<KnownDevice> {
  switch (event.type) {
    case 'DeviceOnboarded': {
      const { kind, assets, unit, hardware, at } = event;
      return { status: 'active', kind, assets, unit, onboardedAt: at, ...unheard(hardware, at) };
    }
    case 'DeviceReplaced':
      return unheard(event.hardware, event.at);
    case 'DeviceRetired':
      return { status: 'retired' };
    case 'HealthChanged': {
      const { health, troubles, heardAt, at } = event;
      const since = device.status !== undefined && device.health === health ? device.healthSince : at;
      return { health, troubles, heardAt, healthSince: since };
    }
    case 'DeviceHeard':
      return { heardAt: event.heardAt };
    default:
      return event satisfies never;
  }
}

/** What is known of hardware that has not spoken. */
const unheard = (hardware: Hardware, at: Instant): Patch<KnownDevice> => ({
  hardware,
  hardwareSince: at,
  health: 'unknown',
  troubles: [],
  healthSince: at,
  heardAt: undefined,
});

/** When its silence must be judged. One that never spoke, or is known to be silent, is waited for. */
export function nextDeadline(device: Device): Instant | undefined {
  if (device.status !== 'active' || device.heardAt === undefined || device.health === 'offline') return undefined;
  return device.heardAt + longestSilence[device.kind];
}
