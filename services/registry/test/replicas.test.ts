import { eventually } from '@giaolo/chassis/testing/brokers';
import { AssetKind as Kind } from '@giaolo/proto/giaolo/registry/v1/asset';
import {
  DeviceHealthReport,
  DeviceKind,
  DeviceHealth_State as Health,
  DeviceHealthReport_Status as Status,
} from '@giaolo/proto/giaolo/registry/v1/device';
import { DeviceChanged_Fact as Fact } from '@giaolo/proto/giaolo/registry/v1/registry_events';
import {
  ImportAssetsHeader_Format as AssetFormat,
  ImportAssetsHeader,
  ImportUnitsHeader,
  OnboardDeviceRequest,
  ImportUnitsHeader_Format as UnitFormat,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { administrator, field, home, registrar, viewer } from './people.ts';
import { Processes } from './processes.ts';
import { type Client, unitsCsv } from './stage.ts';

async function importUnits(client: Client): Promise<void> {
  const upload = client.importUnits();
  const value = ImportUnitsHeader.fromPartial({ requestId: 'units', format: UnitFormat.FORMAT_CSV });
  await upload.send({ part: { $case: 'header', value } });
  await upload.send({ part: { $case: 'chunk', value: Buffer.from(unitsCsv) } });
  await upload.end();
}

async function importAssets(client: Client, kind: Kind, csv: string) {
  const upload = client.importAssets();
  const value = ImportAssetsHeader.fromPartial({
    requestId: 'assets',
    kind,
    format: AssetFormat.FORMAT_CSV,
    unit: home,
  });
  await upload.send({ part: { $case: 'header', value } });
  await upload.send({ part: { $case: 'chunk', value: Buffer.from(csv) } });
  return (await upload.end()).summary;
}

describe('two replicas on real Kafka and Redis', () => {
  const processes = new Processes();
  beforeAll(() => processes.open(), 60_000);
  afterAll(() => processes.close(), 60_000);

  test('what one was given the other knows; an import whose replica is killed is completed at the other', async () => {
    const [first, second] = await Promise.all([processes.start(), processes.start()]);
    await importUnits(await processes.client(first, administrator));
    const reader = await processes.client(second, viewer);
    await eventually('the other replica has the units', async () => {
      const answer = reader.getUnit({ unit: home }).catch(() => undefined);
      return (await answer)?.unit;
    });

    const count = 3_000;
    const rows = Array.from({ length: count }, (_, i) => `s${i},Trạm ${i},${10 + i / 10_000},107.1\n`);
    const stops = `id,name,latitude,longitude\n${rows.join('')}`;
    const broken = importAssets(await processes.client(first, registrar), Kind.ASSET_KIND_STOP, stops).catch(
      (error) => error,
    );
    await eventually('it is in the middle of its work', () => processes.assetFacts.length > 200);
    await first.end('SIGKILL');
    expect(await broken).toMatchObject({ code: 'UNAVAILABLE' });

    const summary = await importAssets(await processes.client(second, registrar), Kind.ASSET_KIND_STOP, stops);
    expect(summary).toMatchObject({ changed: 0 });
    expect((summary?.added ?? 0) + (summary?.unchanged ?? 0)).toBe(count);
    expect(summary?.unchanged).toBeGreaterThan(200);
    await eventually('all of them are told, those of the killed one too', () => {
      return new Set(processes.assetFacts.map(({ asset }) => asset?.name)).size === count;
    });
    expect(processes.assetFacts.every(({ asset }) => asset?.revision === 1)).toBe(true);
    const again = await importAssets(await processes.client(second, registrar), Kind.ASSET_KIND_STOP, stops);
    expect(again).toMatchObject({ added: 0, changed: 0, unchanged: count });
  }, 120_000);
});

describe('a registry on a clock that runs 300 times as fast', () => {
  const processes = new Processes(`rate:2026-02-16T12:00:00Z@300@${new Date().toISOString()}`);
  beforeAll(() => processes.open(), 60_000);
  afterAll(() => processes.close(), 60_000);

  test('a device that falls silent is found offline by its deadline', async () => {
    const replica = await processes.start();
    await importUnits(await processes.client(replica, administrator));
    const client = await processes.client(replica, registrar);
    await importAssets(client, Kind.ASSET_KIND_INTERSECTION, 'id,name,latitude,longitude\nx1,Ngã tư,10.35,107.08\n');
    const value = Buffer.alloc(32, 7);
    await client.onboardDevice(
      OnboardDeviceRequest.fromPartial({
        requestId: 'onboard',
        name: 'devices/c1',
        kind: DeviceKind.DEVICE_KIND_DETECTOR,
        assets: ['intersections/x1'],
        maker: 'Nam Giao',
        model: 'D-1',
        serialNumber: '7',
        credential: { proof: { $case: 'certificateFingerprint', value } },
      }),
    );
    const conversation = (await processes.client(replica, field)).reportDeviceHealth();
    const report = DeviceHealthReport.fromPartial({ device: 'devices/c1', status: Status.STATUS_OK });
    await conversation.send({ reports: [report] });
    conversation.end();
    for await (const answer of conversation.responses) expect(answer).toEqual({ accepted: 1, refused: [] });
    await eventually('it is told to be offline', () => {
      const told = processes.deviceFacts.map(({ fact, device }) => [fact, device?.health?.state]);
      return told.at(-1)?.[1] === Health.STATE_OFFLINE && told;
    });
    expect(processes.deviceFacts.map(({ fact, device }) => [fact, device?.health?.state])).toEqual([
      [Fact.FACT_ONBOARDED, Health.STATE_UNKNOWN],
      [Fact.FACT_HEALTH_CHANGED, Health.STATE_ONLINE],
      [Fact.FACT_HEALTH_CHANGED, Health.STATE_OFFLINE],
    ]);
  }, 60_000);
});
