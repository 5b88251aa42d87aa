import { judgedBefore } from '@giaolo/chassis/access';
import type { Received } from '@giaolo/chassis/bus';
import { ServiceError } from '@giaolo/chassis/errors';
import { principalOf } from '@giaolo/chassis/principal';
import type { Device as DeviceMessage } from '@giaolo/proto/giaolo/registry/v1/device';
import type { DeviceHealthObserved } from '@giaolo/proto/giaolo/registry/v1/registry_events';
import { type Trouble, troublesOf } from '../device/health.ts';
import { noteReport } from '../device/note-report.ts';
import { noteSilence } from '../device/note-silence.ts';
import type { DeviceIndex } from './device-index.ts';
import { deviceId } from './names.ts';
import type { Devices } from './stores.ts';
import { healthMessage, readReport, troubleMessage } from './wire-device.ts';

interface Ring {
  readonly devices: Devices;
  readonly index: DeviceIndex;
}

/** Judges a batch of reports; those that leave the health of their device as it is cost no decision. */
export const takeHealth =
  (ring: Ring) =>
  async (batch: readonly Received<DeviceHealthObserved>[]): Promise<void> => {
    const results = await Promise.allSettled(batch.map((received) => take(ring, received)));
    const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    // What passes is tried again as a whole; what stays is then found record by record.
    if (faults.length > 0) throw faults.find((fault) => fault instanceof ServiceError && fault.transient) ?? faults[0];
  };

async function take({ devices, index }: Ring, received: Received<DeviceHealthObserved>): Promise<void> {
  const { report, receivedTime } = received.value;
  const read = readReport(report);
  const id = deviceId(report?.device ?? '');
  if (!read || !id || !receivedTime) throw new Error('INVALID: a field is missing or out of range');
  const receivedAt = receivedTime.getTime();
  const troubles = troublesOf(read, receivedAt);
  // An old memory may pass one over that matters; the next is compared with a newer one.
  if (isKnownSo(index.get(report?.device ?? ''), troubles)) return;
  const { topic: method, traceparent } = received;
  const caller = { principal: principalOf(received), authority: judgedBefore, method, traceparent };
  const outcome = await devices.handle(id, noteReport, { troubles, receivedAt }, caller, () => null);
  if (!outcome.accepted) throw new Error(outcome.reason);
}

function isKnownSo(device: DeviceMessage | undefined, troubles: readonly Trouble[]): boolean {
  const state = healthMessage[troubles.length > 0 ? 'degraded' : 'online'];
  const known = device?.health;
  return known?.state === state && known.troubles.join() === troubles.map((each) => troubleMessage[each]).join();
}

/** The deadline of a device: the act of the service, in the unit of the device. */
export const judgeSilence =
  ({ devices, index }: Ring) =>
  async (name: string): Promise<unknown> => {
    const id = deviceId(name);
    const device = await devices.load(id);
    if (!device || device.status === undefined) return;
    const principal = { subject: 'service:registry', unit: device.unit, grants: [] };
    const caller = { principal, authority: judgedBefore, method: 'registry.devices/NoteSilence' };
    const heardAt = index.heard(name)?.receivedAt ?? null;
    return devices.handle(id, noteSilence, { heardAt }, caller, () => null);
  };
