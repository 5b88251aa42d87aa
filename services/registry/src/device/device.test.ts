import { fold } from '@giaolo/chassis/decide';
import { specFor } from '@giaolo/chassis/testing/spec';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Device, type DeviceEvent, evolve, type Hardware, nextDeadline, type Particulars } from './device.ts';
import { type Report, troublesOf } from './health.ts';
import { noteReport } from './note-report.ts';
import { healthAt, noteSilence } from './note-silence.ts';
import { onboardDevice } from './onboard-device.ts';
import { replaceDevice } from './replace-device.ts';
import { retireDevice } from './retire-device.ts';
import { longestSilence } from './silence.ts';

const SILENCE = longestSilence['signal-controller'];
const hardware: Hardware = {
  maker: 'Nam Giao',
  model: 'TK-8',
  serialNumber: '42',
  credentialKind: 'public-key',
  fingerprint: 'ab',
};
const particulars: Particulars = {
  kind: 'signal-controller',
  assets: ['intersections/x1'],
  unit: { code: '00', validFrom: '2025-07-01' },
  hardware,
};
const onboarded: DeviceEvent = { type: 'DeviceOnboarded', ...particulars, at: 0 };
const retired: DeviceEvent = { type: 'DeviceRetired' };
const other = { ...hardware, serialNumber: '43' };
const replaced = (at: number): DeviceEvent => ({ type: 'DeviceReplaced', hardware: other, at });
const online = (at: number): DeviceEvent => ({
  type: 'HealthChanged',
  health: 'online',
  troubles: [],
  heardAt: at,
  at,
});
const degraded = (at: number): DeviceEvent =>
  ({ ...online(at), health: 'degraded', troubles: ['fault'] }) as DeviceEvent;
const offline = (at: number, heardAt: number): DeviceEvent =>
  ({ ...online(at), health: 'offline', heardAt }) as DeviceEvent;
const device = specFor(evolve);
const heard = (receivedAt: number, ...troubles: 'fault'[]) => ({ troubles, receivedAt });

test('a device is onboarded once, and its name is never used again', () => {
  device().when(onboardDevice, particulars, 0).then(onboarded);
  device(onboarded).when(onboardDevice, particulars).then();
  device(onboarded)
    .when(onboardDevice, { ...particulars, hardware: other })
    .thenRefuses('DEVICE_EXISTS');
  device(onboarded, retired).when(onboardDevice, particulars).thenRefuses('DEVICE_RETIRED');
  device(onboarded).when(retireDevice, null).then(retired);
  device(onboarded, retired).when(retireDevice, null).then();
  device().when(retireDevice, null).thenRefuses('DEVICE_UNKNOWN');
});

test('hardware is replaced, and starts unknown', () => {
  device(onboarded).when(replaceDevice, { hardware: other }, 9).then(replaced(9));
  device(onboarded, replaced(9)).when(replaceDevice, { hardware: other }).then();
  device().when(replaceDevice, { hardware }).thenRefuses('DEVICE_UNKNOWN');
  device(onboarded, retired).when(replaceDevice, { hardware: other }).thenRefuses('DEVICE_RETIRED');
  const state = fold<Device, DeviceEvent>(evolve, [onboarded, online(5), replaced(9)]);
  expect(state).toMatchObject({ health: 'unknown', healthSince: 9, hardwareSince: 9 });
  expect(state).not.toHaveProperty('heardAt');
  expect(nextDeadline(state)).toBeUndefined();
});

test('only what changes its health is noted', () => {
  device(onboarded)
    .when(noteReport, heard(5), 6)
    .then({ ...online(5), at: 6 } as DeviceEvent);
  device(onboarded, online(5)).when(noteReport, heard(7), 7).then();
  device(onboarded, online(5)).when(noteReport, heard(7, 'fault'), 7).then(degraded(7));
  device(onboarded, degraded(5)).when(noteReport, heard(7, 'fault'), 7).then();
  device(onboarded, degraded(5)).when(noteReport, heard(7), 7).then(online(7));
  device(onboarded, retired).when(noteReport, heard(7), 7).then();
  device().when(noteReport, heard(7), 7).thenRefuses('DEVICE_UNKNOWN');
});

test('what comes late tells nothing: older than the last, of the hardware before, or stale', () => {
  device(onboarded, degraded(5)).when(noteReport, heard(4), 7).then();
  device(onboarded, replaced(9)).when(noteReport, heard(8), 10).then();
  device(onboarded, offline(SILENCE, 0))
    .when(noteReport, heard(9), 9 + SILENCE)
    .then();
  device(onboarded, offline(SILENCE, 0))
    .when(noteReport, heard(9), 8 + SILENCE)
    .then({ ...online(9), at: 8 + SILENCE } as DeviceEvent);
});

test('its deadline finds it silent, or heard since', () => {
  const known = [onboarded, online(5)];
  expect(nextDeadline(fold<Device, DeviceEvent>(evolve, known))).toBe(5 + SILENCE);
  device(...known)
    .when(noteSilence, { heardAt: null }, 4 + SILENCE)
    .then();
  device(...known)
    .when(noteSilence, { heardAt: null }, 5 + SILENCE)
    .then(offline(5 + SILENCE, 5));
  device(...known)
    .when(noteSilence, { heardAt: 6 }, 5 + SILENCE)
    .then({ type: 'DeviceHeard', heardAt: 6 });
  device(...known)
    .when(noteSilence, { heardAt: 6 }, 6 + SILENCE)
    .then(offline(6 + SILENCE, 6));
  device(onboarded)
    .when(noteSilence, { heardAt: null }, 100 * SILENCE)
    .then();
  device(...known, offline(5 + SILENCE, 5))
    .when(noteSilence, { heardAt: null }, 100 * SILENCE)
    .then();
});

test('a device is offline from the same instant on whether it is asked or its deadline is met', () => {
  const instant = fc.integer({ min: 0, max: 3 * SILENCE });
  fc.assert(
    fc.property(instant, fc.option(instant), instant, (first, later, now) => {
      const state = fold<Device, DeviceEvent>(evolve, [onboarded, online(first)]);
      if (state.status === undefined || now < first) return;
      const heardAt = later !== null && later >= first && later <= now ? later : null;
      const decision = noteSilence(state, { heardAt }, now);
      const noted = decision.accepted && decision.events[0]?.type === 'HealthChanged';
      expect(healthAt(state, heardAt ?? undefined, now) === 'offline').toBe(noted);
    }),
  );
});

const well: Report = { status: 'ok', errors: 0 };
test.each<[string, Partial<Report>, string[]]>([
  ['nothing', {}, []],
  ['mains', { supply: 'mains', batteryPercent: 20, doorOpen: false, errors: 9 }, []],
  ['a device that has only a battery', { supply: 'battery', batteryPercent: 90 }, []],
  ['a fault', { status: 'fault' }, ['fault']],
  ['a lost supply', { supply: 'backup', batteryPercent: 19 }, ['on-battery', 'battery-low']],
  ['an open door', { doorOpen: true }, ['door-open']],
  ['a clock 2 s off', { clockOffsetMs: -2_000 }, []],
  ['a clock more off', { clockOffsetMs: -2_001 }, ['clock-wrong']],
  ['a clock of 1970', { deviceTime: 0 }, ['clock-wrong']],
  ['a report on its way for a minute', { deviceTime: 1_000_000 - 60_000 }, []],
  ['errors', { errors: 10 }, ['many-errors']],
])('judges %s', (_, said, troubles) => {
  expect(troublesOf({ ...well, ...said }, 1_000_000)).toEqual(troubles);
});
