import { instantOf } from '@giaolo/chassis/demand';
import {
  CredentialKind as CredentialMessage,
  type DeviceHealthReport,
  type Device as DeviceMessage,
  Device_State as DeviceState,
  DeviceTrouble,
  DeviceHealth_State as HealthMessage,
  DeviceKind as KindMessage,
  DeviceHealthReport_Status as Status,
  DeviceHealthReport_Supply as Supply,
} from '@giaolo/proto/giaolo/registry/v1/device';
import { type DeviceChanged, DeviceChanged_Fact as Fact } from '@giaolo/proto/giaolo/registry/v1/registry_events';
import type { Device, DeviceEvent, KnownDevice } from '../device/device.ts';
import type { Health, Report, Trouble } from '../device/health.ts';
import type { CredentialKind, DeviceKind } from '../device/kinds.ts';

export const kindMessage: Readonly<Record<DeviceKind, KindMessage>> = {
  'signal-controller': KindMessage.DEVICE_KIND_SIGNAL_CONTROLLER,
  detector: KindMessage.DEVICE_KIND_DETECTOR,
  'bay-sensor': KindMessage.DEVICE_KIND_BAY_SENSOR,
  'lot-counter': KindMessage.DEVICE_KIND_LOT_COUNTER,
  sign: KindMessage.DEVICE_KIND_SIGN,
  camera: KindMessage.DEVICE_KIND_CAMERA,
  'field-gateway': KindMessage.DEVICE_KIND_FIELD_GATEWAY,
};

const kindOf = new Map(Object.entries(kindMessage).map(([kind, message]) => [message, kind as DeviceKind]));

export const readKind = (message: KindMessage): DeviceKind | undefined => kindOf.get(message);

const credentialMessage: Readonly<Record<CredentialKind, CredentialMessage>> = {
  'public-key': CredentialMessage.CREDENTIAL_KIND_PUBLIC_KEY,
  certificate: CredentialMessage.CREDENTIAL_KIND_CERTIFICATE,
  password: CredentialMessage.CREDENTIAL_KIND_PASSWORD,
  'snmp-community': CredentialMessage.CREDENTIAL_KIND_SNMP_COMMUNITY,
  'pre-shared-key': CredentialMessage.CREDENTIAL_KIND_PRE_SHARED_KEY,
};

export const healthMessage: Readonly<Record<Health, HealthMessage>> = {
  unknown: HealthMessage.STATE_UNKNOWN,
  online: HealthMessage.STATE_ONLINE,
  degraded: HealthMessage.STATE_DEGRADED,
  offline: HealthMessage.STATE_OFFLINE,
};

const health = new Map(Object.entries(healthMessage).map(([state, message]) => [message, state as Health]));

export const healthOf = (message: HealthMessage): Health | undefined => health.get(message);

export const troubleMessage: Readonly<Record<Trouble, DeviceTrouble>> = {
  fault: DeviceTrouble.DEVICE_TROUBLE_FAULT,
  'on-battery': DeviceTrouble.DEVICE_TROUBLE_ON_BATTERY,
  'battery-low': DeviceTrouble.DEVICE_TROUBLE_BATTERY_LOW,
  'door-open': DeviceTrouble.DEVICE_TROUBLE_DOOR_OPEN,
  'clock-wrong': DeviceTrouble.DEVICE_TROUBLE_CLOCK_WRONG,
  'many-errors': DeviceTrouble.DEVICE_TROUBLE_MANY_ERRORS,
};

const facts: Readonly<Record<DeviceEvent['type'], Fact>> = {
  DeviceOnboarded: Fact.FACT_ONBOARDED,
  DeviceReplaced: Fact.FACT_REPLACED,
  DeviceRetired: Fact.FACT_RETIRED,
  HealthChanged: Fact.FACT_HEALTH_CHANGED,
  DeviceHeard: Fact.FACT_HEARD,
};

export const deviceMessage = (name: string, device: KnownDevice): DeviceMessage => ({
  name,
  kind: kindMessage[device.kind],
  assets: [...device.assets],
  unit: device.unit,
  hardware: { ...device.hardware, credentialKind: credentialMessage[device.hardware.credentialKind] },
  state: device.status === 'active' ? DeviceState.STATE_ACTIVE : DeviceState.STATE_RETIRED,
  onboardedTime: new Date(device.onboardedAt),
  hardwareSinceTime: new Date(device.hardwareSince),
  health: {
    state: healthMessage[device.health],
    troubles: device.troubles.map((trouble) => troubleMessage[trouble]),
    sinceTime: new Date(device.healthSince),
    heardTime: device.heardAt === undefined ? undefined : new Date(device.heardAt),
    report: undefined,
  },
});

export const deviceChangedMessage = (event: DeviceEvent, after: Device, name: string, now: number): DeviceChanged => ({
  device: after.status === undefined ? undefined : deviceMessage(name, after),
  changedTime: new Date(now),
  fact: facts[event.type],
});

const MOST_KINDS_OF_ERRORS = 32;
const supplies = new Map<Supply, NonNullable<Report['supply']>>([
  [Supply.SUPPLY_MAINS, 'mains'],
  [Supply.SUPPLY_BACKUP, 'backup'],
  [Supply.SUPPLY_BATTERY, 'battery'],
]);

/** Undefined when a field is missing or out of range. */
export function readReport(message: DeviceHealthReport | undefined): Report | undefined {
  if (!message || (message.status !== Status.STATUS_OK && message.status !== Status.STATUS_FAULT)) return undefined;
  const { batteryPercent, clockOffset, doorOpen, firmware } = message;
  const counts = Object.entries(message.errorCounts);
  if (batteryPercent !== undefined && (batteryPercent < 0 || batteryPercent > 100)) return undefined;
  if (firmware.length > 100 || counts.length > MOST_KINDS_OF_ERRORS) return undefined;
  if (counts.some(([what, count]) => what.length > 64 || count < 0)) return undefined;
  const clockOffsetMs = clockOffset && Number(clockOffset.seconds) * 1_000 + clockOffset.nanos / 1_000_000;
  return {
    status: message.status === Status.STATUS_OK ? 'ok' : 'fault',
    supply: supplies.get(message.supply),
    batteryPercent,
    doorOpen,
    deviceTime: instantOf(message.deviceTime),
    clockOffsetMs,
    errors: counts.reduce((sum, [, count]) => sum + count, 0),
  };
}
