import { type Bus, view } from '@giaolo/chassis/bus';
import type { Instant } from '@giaolo/chassis/clock';
import { byKey } from '@giaolo/chassis/page';
import type { Device, DeviceHealthReport } from '@giaolo/proto/giaolo/registry/v1/device';
import { deviceChanged, deviceHealthObserved } from '@giaolo/topics/topics';
import { derived } from './derived.ts';

export interface Heard {
  readonly report: DeviceHealthReport;
  readonly receivedAt: Instant;
}

/** All devices as this replica last saw them, and the newest that each said. */
export interface DeviceIndex {
  /** By name. */
  all(): readonly Device[];
  get(name: string): Device | undefined;
  /** Undefined where it said nothing within what is retained. */
  heard(name: string): Heard | undefined;
  /** Name of the device whose key this is. */
  withFingerprint(fingerprint: string): string | undefined;
}

export async function followDevices(bus: Bus): Promise<DeviceIndex> {
  // Kept by hand: a report looks for one device, while a storm changes many.
  const byName = new Map<string, Device>();
  const byFingerprint = new Map<string, string>();
  const keep = view(deviceChanged, ({ key, value: { device } }) => {
    if (!device) return undefined;
    const before = byName.get(key)?.hardware?.fingerprint ?? '';
    if (byFingerprint.get(before) === key) byFingerprint.delete(before);
    byName.set(key, device);
    byFingerprint.set(device.hardware?.fingerprint ?? '', key);
    return device;
  });
  const sorted = derived(await bus.view<Device>({ sources: [keep] }), (devices) =>
    devices.sort(byKey(({ name }) => name)),
  );
  const newest = new Map<string, Heard>();
  const remember = view(deviceHealthObserved, ({ key, value: { report, receivedTime } }) => {
    const receivedAt = receivedTime?.getTime() ?? 0;
    if (report && receivedAt >= (newest.get(key)?.receivedAt ?? 0)) newest.set(key, { report, receivedAt });
    return undefined;
  });
  await bus.view({ sources: [remember] });
  return {
    all: sorted,
    get: (name) => byName.get(name),
    heard: (name) => newest.get(name),
    withFingerprint: (fingerprint) => (fingerprint === '' ? undefined : byFingerprint.get(fingerprint)),
  };
}
