import { generateKeyPairSync } from 'node:crypto';
import { observation } from '@giaolo/chassis/kafka/records';
import { AssetKind as Kind } from '@giaolo/proto/giaolo/registry/v1/asset';
import {
  CredentialKind,
  type Device,
  type DeviceHealthReport,
  DeviceKind,
  DeviceTrouble,
  DeviceHealth_State as Health,
  Device_State as State,
  DeviceHealthReport_Status as Status,
  DeviceHealthReport_Supply as Supply,
} from '@giaolo/proto/giaolo/registry/v1/device';
import { DeviceChanged, DeviceChanged_Fact as Fact } from '@giaolo/proto/giaolo/registry/v1/registry_events';
import {
  type Credential,
  type OnboardDeviceRequest,
  RefusedHealthReport_Reason as Reason,
  SharedSecret_Kind as Secret,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { deviceChanged, deviceHealthObserved, healthDeadLetters } from '@giaolo/topics/topics';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { secretDigest } from '../src/adapters/credential.ts';
import { elsewhere, field, home, registrar, stranger, viewer } from './people.ts';
import { Stage, unitsCsv } from './stage.ts';

const MINUTE = 60_000;
const junction = (id: string) => `id,name,latitude,longitude,control\n${id},Ngã tư,10.35,107.08,signals\n`;

let stage: Stage;
beforeEach(async () => {
  stage = new Stage();
  await stage.open();
  await stage.importUnits(unitsCsv);
  await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, junction('x1'));
  await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, junction('y1'), { unit: elsewhere }, stranger);
});
afterEach(() => stage.close());

const ed25519 = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
const key = (value = ed25519()): Credential => ({ proof: { $case: 'publicKey', value } });
const secret = (text: string, device = 'devices/c1'): Credential => ({
  proof: { $case: 'sharedSecret', value: { kind: Secret.KIND_PASSWORD, digest: secretDigest(device, text) } },
});

const controller = (changed: Partial<OnboardDeviceRequest> = {}): OnboardDeviceRequest => ({
  requestId: stage.nextId(),
  name: 'devices/c1',
  kind: DeviceKind.DEVICE_KIND_SIGNAL_CONTROLLER,
  assets: ['intersections/x1'],
  maker: 'Nam Giao',
  model: 'TK-8',
  serialNumber: 'NG0042',
  credential: key(),
  ...changed,
});

async function onboard(changed: Partial<OnboardDeviceRequest> = {}, by = registrar): Promise<Device | undefined> {
  const { device } = await (await stage.as(by)).onboardDevice(controller(changed));
  await stage.bus.settled();
  return device;
}

const well: DeviceHealthReport = {
  device: 'devices/c1',
  status: Status.STATUS_OK,
  firmware: '1.4.2',
  supply: Supply.SUPPLY_MAINS,
  batteryPercent: undefined,
  doorOpen: false,
  deviceTime: undefined,
  clockOffset: undefined,
  errorCounts: {},
};

async function report(...reports: Partial<DeviceHealthReport>[]) {
  const conversation = (await stage.as(field)).reportDeviceHealth();
  await conversation.send({ reports: reports.map((each) => ({ ...well, ...each })) });
  conversation.end();
  const answers = [];
  for await (const answer of conversation.responses) answers.push(answer);
  await stage.bus.settled();
  return answers[0];
}

const healthOf = async (name = 'devices/c1') => (await (await stage.as(viewer)).getDevice({ name })).device?.health;
const facts = () => stage.records(deviceChanged.name).map(({ value }) => DeviceChanged.decode(value));
const told = () => facts().map(({ fact, device }) => [fact, device?.health?.state]);

test('a device is onboarded at its assets, in their unit; its health is unknown until it is heard', async () => {
  const value = ed25519();
  const device = await onboard({ credential: key(value) });
  expect(device).toMatchObject({
    name: 'devices/c1',
    kind: DeviceKind.DEVICE_KIND_SIGNAL_CONTROLLER,
    assets: ['intersections/x1'],
    unit: home,
    hardware: { serialNumber: 'NG0042', credentialKind: CredentialKind.CREDENTIAL_KIND_PUBLIC_KEY },
    state: State.STATE_ACTIVE,
    onboardedTime: new Date(stage.now),
    health: { state: Health.STATE_UNKNOWN, heardTime: undefined },
  });
  expect(device?.hardware?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(told()).toEqual([[Fact.FACT_ONBOARDED, Health.STATE_UNKNOWN]]);
  stage.now += 60 * MINUTE;
  expect(await healthOf()).toMatchObject({ state: Health.STATE_UNKNOWN });
  // Once more as it is, and as something else.
  await onboard({ credential: key(value) });
  expect(told()).toHaveLength(1);
  await expect(onboard({ credential: key(value), model: 'TK-9' })).rejects.toMatchObject({ reason: 'DEVICE_EXISTS' });
});

test.each([
  ['', 'CREDENTIAL_DEFAULT'],
  ['admin', 'CREDENTIAL_DEFAULT'],
  ['Admin123', 'CREDENTIAL_DEFAULT'],
  ['PUBLIC', 'CREDENTIAL_DEFAULT'],
  // Printed on it.
  ['ng0042', 'CREDENTIAL_DEFAULT'],
  ['nam giao', 'CREDENTIAL_DEFAULT'],
])('a device that still has the secret "%s" is refused', async (text, reason) => {
  await expect(onboard({ credential: secret(text) })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', reason });
});

test('of a secret of its own nothing is kept', async () => {
  const credential = secret('chín con trâu trên đồi');
  const device = await onboard({ credential });
  expect(device?.hardware).toMatchObject({ credentialKind: CredentialKind.CREDENTIAL_KIND_PASSWORD, fingerprint: '' });
  const digest = secretDigest('devices/c1', 'chín con trâu trên đồi');
  const kept = [
    JSON.stringify(await stage.store.load('devices/c1')),
    ...stage.bus.caught.map(({ value }) => Buffer.from(value ?? []).toString('latin1')),
  ].join();
  expect(kept).toContain('NG0042');
  for (const form of ['hex', 'base64', 'base64url', 'latin1'] as const)
    expect(kept).not.toContain(Buffer.from(digest).toString(form));
});

test('keys that are weak, broken, or another device has, are refused', async () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'der', type: 'spki' });
  await expect(onboard({ credential: key(weak) })).rejects.toMatchObject({ reason: 'CREDENTIAL_WEAK' });
  await expect(onboard({ credential: key(Buffer.from('no key')) })).rejects.toMatchObject({
    violations: [{ field: 'credential.public_key' }],
  });
  const value = ed25519();
  await onboard({ credential: key(value) });
  await expect(onboard({ name: 'devices/c2', credential: key(value) })).rejects.toMatchObject({
    reason: 'CREDENTIAL_SHARED',
  });
  await expect(
    onboard({
      name: 'devices/c2',
      credential: { proof: { $case: 'certificateFingerprint', value: Buffer.alloc(20) } },
    }),
  ).rejects.toMatchObject({ violations: [{ field: 'credential.digest' }] });
});

test('what a device says is judged, and only what changes its health is told', async () => {
  await onboard();
  expect(await report({})).toEqual({ accepted: 1, refused: [] });
  const first = stage.now;
  for (let i = 0; i < 5; i++) {
    stage.now += 20_000;
    await report({});
  }
  expect(told()).toEqual([
    [Fact.FACT_ONBOARDED, Health.STATE_UNKNOWN],
    [Fact.FACT_HEALTH_CHANGED, Health.STATE_ONLINE],
  ]);
  expect(await healthOf()).toMatchObject({
    state: Health.STATE_ONLINE,
    sinceTime: new Date(first),
    heardTime: new Date(stage.now),
    report: { firmware: '1.4.2' },
  });
  await report({ doorOpen: true, supply: Supply.SUPPLY_BACKUP, batteryPercent: 15 });
  expect(await healthOf()).toMatchObject({
    state: Health.STATE_DEGRADED,
    troubles: [
      DeviceTrouble.DEVICE_TROUBLE_ON_BATTERY,
      DeviceTrouble.DEVICE_TROUBLE_BATTERY_LOW,
      DeviceTrouble.DEVICE_TROUBLE_DOOR_OPEN,
    ],
  });
  await report({});
  expect(told().at(-1)).toEqual([Fact.FACT_HEALTH_CHANGED, Health.STATE_ONLINE]);
});

test('one that falls silent is offline from that instant on, noted or not, until it speaks', async () => {
  await onboard();
  await report({});
  stage.now += 2 * MINUTE - 1;
  expect(await healthOf()).toMatchObject({ state: Health.STATE_ONLINE });
  const heardTime = new Date(stage.now - 2 * MINUTE + 1);
  stage.now += 1;
  expect(await healthOf()).toMatchObject({ state: Health.STATE_OFFLINE, heardTime });
  await stage.registry.onDue('devices/c1');
  await stage.registry.onDue('devices/c1');
  await stage.bus.settled();
  expect(told().slice(2)).toEqual([[Fact.FACT_HEALTH_CHANGED, Health.STATE_OFFLINE]]);
  expect(stage.bus.caught.findLast(({ topic }) => topic === deviceChanged.name)?.headers).toMatchObject({
    ce_principal: 'service:registry',
  });
  stage.now += MINUTE;
  await report({});
  expect(told().at(-1)).toEqual([Fact.FACT_HEALTH_CHANGED, Health.STATE_ONLINE]);
});

test('a deadline finds what was heard since without a decision', async () => {
  await onboard();
  await report({});
  stage.now += 90_000;
  await report({});
  stage.now += 40_000;
  await stage.registry.onDue('devices/c1');
  await stage.bus.settled();
  expect(told().at(-1)).toEqual([Fact.FACT_HEARD, Health.STATE_ONLINE]);
  stage.now += 80_000;
  await stage.registry.onDue('devices/c1');
  await stage.bus.settled();
  expect(told().at(-1)).toEqual([Fact.FACT_HEALTH_CHANGED, Health.STATE_OFFLINE]);
});

test('reports that cannot be are named and not taken', async () => {
  await onboard();
  await onboard({ name: 'devices/y', assets: ['intersections/y1'] }, stranger);
  const answer = await report(
    {},
    { device: 'devices/none' },
    { device: 'c1' },
    { status: Status.STATUS_UNSPECIFIED },
    { batteryPercent: 101 },
    { device: 'devices/y' },
  );
  expect(answer?.accepted).toBe(1);
  expect(answer?.refused).toEqual([
    { index: 1, reason: Reason.REASON_DEVICE_UNKNOWN },
    { index: 2, reason: Reason.REASON_INVALID },
    { index: 3, reason: Reason.REASON_INVALID },
    { index: 4, reason: Reason.REASON_INVALID },
    { index: 5, reason: Reason.REASON_UNIT_FOREIGN },
  ]);
  await expect(report(...Array.from({ length: 501 }, () => ({})))).rejects.toMatchObject({
    violations: [{ field: 'reports' }],
  });
});

test('a record that says nothing sensible, or of a device that never was, becomes a dead letter', async () => {
  const said = { report: { ...well, device: 'devices/none' }, receivedTime: new Date(stage.now) };
  await stage.bus.publisher.send([
    observation(deviceHealthObserved, 'devices/none', said, { principal: field, observedAt: stage.now }),
    { topic: deviceHealthObserved.name, key: 'devices/c1', value: Buffer.alloc(0) },
  ]);
  await stage.bus.settled();
  expect(stage.bus.caught.filter(({ topic }) => topic === healthDeadLetters.name)).toHaveLength(2);
});

test('other hardware takes the place of what broke, and starts unknown', async () => {
  await onboard();
  await report({ status: Status.STATUS_FAULT });
  stage.now += 1_000;
  const client = await stage.as(registrar);
  const replacement = { requestId: stage.nextId(), name: 'devices/c1', maker: 'Nam Giao', model: 'TK-9' };
  await client.replaceDevice({ ...replacement, serialNumber: 'NG0077', credential: key() });
  await stage.bus.settled();
  expect(await healthOf()).toMatchObject({ state: Health.STATE_UNKNOWN, heardTime: undefined, report: undefined });
  const last = facts().at(-1);
  expect(last).toMatchObject({
    fact: Fact.FACT_REPLACED,
    device: { hardware: { serialNumber: 'NG0077' }, hardwareSinceTime: new Date(stage.now) },
  });
  await expect(
    client.replaceDevice({ ...replacement, name: 'devices/none', serialNumber: '1x', credential: key() }),
  ).rejects.toMatchObject({ reason: 'DEVICE_UNKNOWN' });
});

test('a retired device is heard no more, and its name stays its own', async () => {
  await onboard();
  await report({});
  await (await stage.as(registrar)).retireDevice({ requestId: stage.nextId(), name: 'devices/c1' });
  await stage.bus.settled();
  expect(told().at(-1)?.[0]).toBe(Fact.FACT_RETIRED);
  await expect(onboard()).rejects.toMatchObject({ reason: 'DEVICE_RETIRED' });
  stage.now += 10 * MINUTE;
  await stage.registry.onDue('devices/c1');
  await stage.bus.settled();
  expect(told().at(-1)?.[0]).toBe(Fact.FACT_RETIRED);
});

test('devices belong to the unit of their assets, and are listed by what they are and how', async () => {
  await onboard();
  await onboard({ name: 'devices/c2', kind: DeviceKind.DEVICE_KIND_CAMERA });
  await onboard({ name: 'devices/y', assets: ['intersections/y1'] }, stranger);
  await report({ device: 'devices/c2', doorOpen: true });
  const list = async (request: object, by = viewer) => {
    const empty = { kind: 0 as const, health: [], unit: undefined, asset: '', showRetired: false };
    const client = await stage.as(by);
    const { devices } = await client.listDevices({ ...empty, pageSize: 0, pageToken: '', ...request });
    return devices.map(({ name }) => name);
  };
  expect(await list({})).toEqual(['devices/c1', 'devices/c2']);
  expect(await list({}, stranger)).toEqual(['devices/y']);
  expect(await list({ health: [Health.STATE_DEGRADED, Health.STATE_OFFLINE] })).toEqual(['devices/c2']);
  expect(await list({ health: [Health.STATE_UNKNOWN] })).toEqual(['devices/c1']);
  expect(await list({ kind: DeviceKind.DEVICE_KIND_CAMERA })).toEqual(['devices/c2']);
  expect(await list({ unit: elsewhere })).toEqual([]);
  expect(await list({ asset: 'intersections/x1' })).toHaveLength(2);
  stage.now += 5 * MINUTE;
  expect(await list({ health: [Health.STATE_OFFLINE] })).toEqual(['devices/c2']);

  const foreign = { code: 'PERMISSION_DENIED', reason: 'UNIT_FOREIGN' };
  await expect((await stage.as(stranger)).getDevice({ name: 'devices/c1' })).rejects.toMatchObject(foreign);
  await expect(onboard({ name: 'devices/z', assets: ['intersections/x1'] }, stranger)).rejects.toMatchObject(foreign);
  await expect(
    (await stage.as(stranger)).retireDevice({ requestId: stage.nextId(), name: 'devices/c1' }),
  ).rejects.toMatchObject(foreign);
  await expect(onboard({ name: 'devices/z' }, viewer)).rejects.toMatchObject({ reason: 'ROLE_MISSING' });
});

test('a device is at assets that are registered and in service', async () => {
  await expect(onboard({ assets: [] })).rejects.toMatchObject({ violations: [{ field: 'assets' }] });
  await expect(onboard({ assets: ['intersections/none'] })).rejects.toMatchObject({ reason: 'ASSET_UNKNOWN' });
  const retired = junction('x1')
    .replace('control\n', 'control,retired_on\n')
    .replace('signals\n', 'signals,2026-01-01\n');
  await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, retired);
  await expect(onboard()).rejects.toMatchObject({ reason: 'ASSET_RETIRED' });
});
