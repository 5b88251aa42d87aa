import { dependencyUnavailable } from '@giaolo/chassis/errors';
import { ActRecorded, ActRecorded_Outcome as Outcome } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import {
  AssetChange_Kind as ChangeKind,
  AssetKind as Kind,
  LotDetails_MeasuredBy as MeasuredBy,
  VehicleClass,
} from '@giaolo/proto/giaolo/registry/v1/asset';
import { ImportDifference_Kind as Difference } from '@giaolo/proto/giaolo/registry/v1/import';
import { AssetChanged } from '@giaolo/proto/giaolo/registry/v1/registry_events';
import { ImportAssetsHeader_Format as Format } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { StreamPhase } from '@giaolo/proto/giaolo/type/v1/stream';
import { actRecorded, assetChanged } from '@giaolo/topics/topics';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { elsewhere, home, registrar, roamer, stranger, viewer, ward } from './people.ts';
import { Stage, unitsCsv } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = new Stage();
  await stage.open();
  await stage.importUnits(unitsCsv);
});
afterEach(() => stage.close());

const lots = `id,name,latitude,longitude,measured_by,capacity,owner
beach,Bãi Cát Dài,10.3489,107.1012,count,120,Sở Xây dựng
market,Bãi Chợ Cá,10.3516,107.0781,bays,,
`;
const bays = (...ids: string[]) =>
  ['id,name,lot,bay_id,vehicle_class', ...ids.map((id) => `m-${id},Ô ${id},market,${id.toUpperCase()},car`)].join('\n');

const facts = (name: string) =>
  stage.records(assetChanged.name).flatMap(({ key, value }) => (key === name ? [AssetChanged.decode(value)] : []));
const get = async (name: string) => (await (await stage.as(viewer)).getAsset({ name })).asset;
const list = async (request: object, by = viewer) => {
  const empty = { kind: 0 as const, unit: undefined, parent: '', showRetired: false, pageSize: 0, pageToken: '' };
  const { assets } = await (await stage.as(by)).listAssets({ ...empty, ...request });
  return assets.map(({ name }) => name);
};

test('assets are registered, told as facts under their stable names, and shown', async () => {
  const answer = await stage.importAssets(Kind.ASSET_KIND_LOT, lots);
  expect(answer).toMatchObject({ summary: { added: 2, changed: 0, unchanged: 0, missing: 0 }, findings: [] });
  const lot = {
    name: 'lots/beach',
    kind: Kind.ASSET_KIND_LOT,
    displayName: 'Bãi Cát Dài',
    position: { latitude: 10.3489, longitude: 107.1012 },
    unit: home,
    owner: 'Sở Xây dựng',
    revision: 1,
    changedTime: new Date(stage.now),
    details: { $case: 'lot', value: { measuredBy: MeasuredBy.MEASURED_BY_COUNT, capacity: 120, bayIds: [] } },
  };
  expect(await get('lots/beach')).toMatchObject(lot);
  expect(facts('lots/beach')).toMatchObject([
    { asset: lot, change: { kind: ChangeKind.KIND_REGISTERED, subject: '' } },
  ]);
  expect(await list({ kind: Kind.ASSET_KIND_LOT })).toEqual(['lots/beach', 'lots/market']);
});

test('the same file again changes nothing; a changed one changes what differs, and the history says who and what', async () => {
  await stage.importAssets(Kind.ASSET_KIND_LOT, lots);
  expect((await stage.importAssets(Kind.ASSET_KIND_LOT, lots)).summary).toMatchObject({ added: 0, unchanged: 2 });
  stage.now += 60_000;
  const changed = lots.replace(',120,', ',150,');
  const answer = await stage.importAssets(Kind.ASSET_KIND_LOT, changed, { requestId: 'import-2' });
  const fields = [{ field: 'capacity', before: '120', after: '150' }];
  expect(answer).toMatchObject({
    summary: { added: 0, changed: 1, unchanged: 1 },
    differences: [{ name: 'lots/beach', kind: Difference.KIND_CHANGED, fields }],
  });
  expect(facts('lots/beach').map(({ change }) => change?.fields)).toEqual([[], fields]);
  const { changes } = await (await stage.as(viewer)).listAssetChanges({ name: 'lots/beach' });
  expect(changes).toMatchObject([
    {
      kind: ChangeKind.KIND_CHANGED,
      fields,
      revision: 2,
      changedTime: new Date(stage.now),
      subject: 'user:registrar',
      requestId: 'import-2',
    },
    { kind: ChangeKind.KIND_REGISTERED, revision: 1, subject: 'user:registrar' },
  ]);
});

test('a lot of bays knows all of them, from one fact', async () => {
  await stage.importAssets(Kind.ASSET_KIND_LOT, lots);
  const answer = await stage.importAssets(Kind.ASSET_KIND_BAY, bays('b1', 'b2', 'b3'));
  expect(answer.summary).toMatchObject({ added: 3, changed: 1 });
  const told = facts('lots/market').map(({ asset }) => asset?.details?.value);
  expect(told).toMatchObject([
    { capacity: 0, bayIds: [] },
    { capacity: 3, bayIds: ['B1', 'B2', 'B3'], measuredBy: MeasuredBy.MEASURED_BY_BAYS },
  ]);
  expect(await get('bays/m-b1')).toMatchObject({
    parent: 'lots/market',
    // It says no place of its own.
    position: { latitude: 10.3516, longitude: 107.0781 },
    details: { value: { bayId: 'B1', vehicleClass: VehicleClass.VEHICLE_CLASS_CAR } },
  });
  expect((await stage.importAssets(Kind.ASSET_KIND_LOT, lots)).summary).toMatchObject({ changed: 0, unchanged: 2 });
  expect(await list({ parent: 'lots/market' })).toEqual(['bays/m-b1', 'bays/m-b2', 'bays/m-b3']);

  const fewer = await stage.importAssets(Kind.ASSET_KIND_BAY, bays('b1', 'b2'));
  expect(fewer.summary).toMatchObject({ unchanged: 2, missing: 1, retired: 0, changed: 0 });
  const gone = await stage.importAssets(Kind.ASSET_KIND_BAY, bays('b1', 'b2'), { retireMissing: true });
  expect(gone.summary).toMatchObject({ unchanged: 2, missing: 0, retired: 1, changed: 1 });
  expect(facts('lots/market').at(-1)?.asset?.details?.value).toMatchObject({ capacity: 2, bayIds: ['B1', 'B2'] });
  expect(facts('bays/m-b3').at(-1)).toMatchObject({
    asset: { retiredOn: '2026-02-16' },
    change: { kind: ChangeKind.KIND_RETIRED },
  });
  expect(await list({ parent: 'lots/market' })).toHaveLength(2);
  expect(await list({ parent: 'lots/market', showRetired: true })).toHaveLength(3);

  // Its id is free again for another bay of the lot, and it may come back itself.
  const back = await stage.importAssets(Kind.ASSET_KIND_BAY, bays('b1', 'b2', 'b3'));
  expect(back.summary).toMatchObject({ unchanged: 2, changed: 2 });
  expect(facts('lots/market').at(-1)?.asset?.details?.value).toMatchObject({ bayIds: ['B1', 'B2', 'B3'] });
});

test('an import that was interrupted between bays and their lot is completed by the next', async () => {
  await stage.importAssets(Kind.ASSET_KIND_LOT, lots);
  const { commit } = stage.store;
  stage.store.commit = async (each) => {
    if (each.name === 'lots/market') throw dependencyUnavailable('the connection is gone');
    return commit(each);
  };
  await expect(stage.importAssets(Kind.ASSET_KIND_BAY, bays('b1', 'b2'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
  stage.store.commit = commit;
  await stage.bus.settled();
  const answer = await stage.importAssets(Kind.ASSET_KIND_BAY, bays('b1', 'b2'));
  expect(answer.summary).toMatchObject({ added: 0, unchanged: 2, changed: 1 });
  expect(facts('lots/market').at(-1)?.asset?.details?.value).toMatchObject({ bayIds: ['B1', 'B2'] });
});

test('nothing of a file with an error is written, and findings have line and field', async () => {
  const wrong = `${lots}harbour,Bãi Cảng,107.08,10.35,count,10,\nbeach,Hai lần,10.3,107.1,count,1,\nnone,,10.3,107.1,count,x,\n`;
  await expect(stage.importAssets(Kind.ASSET_KIND_LOT, wrong)).rejects.toMatchObject({
    reason: 'FILE_INVALID',
    violations: [{ field: '4:latitude' }, { field: '5:id' }, { field: '6:name' }, { field: '6:capacity' }],
  });
  expect(stage.records(assetChanged.name)).toEqual([]);
  const dry = await stage.importAssets(Kind.ASSET_KIND_LOT, wrong, { dryRun: true });
  expect(dry.findings.map(({ line, field, code }) => `${line}:${field} ${code}`)).toEqual([
    '4:latitude NUMBER_INVALID',
    '5:id DUPLICATE',
    '6:name VALUE_MISSING',
    '6:capacity NUMBER_INVALID',
  ]);
  expect(dry.summary).toMatchObject({ added: 2 });
  expect(stage.records(assetChanged.name)).toEqual([]);
});

test('a dry run takes as registered what files before it would register', async () => {
  const assumed = ['lots/market'];
  const without = await stage.importAssets(Kind.ASSET_KIND_BAY, bays('b1'), { dryRun: true });
  expect(without.findings.map(({ code }) => code)).toEqual(['PARENT_UNKNOWN']);
  const answer = await stage.importAssets(Kind.ASSET_KIND_BAY, bays('b1'), { dryRun: true, assumed });
  expect(answer).toMatchObject({ findings: [], summary: { added: 1 } });
  await expect(stage.importAssets(Kind.ASSET_KIND_BAY, bays('b1'), { assumed })).rejects.toMatchObject({
    violations: [{ field: 'header.assumed' }],
  });
});

test('GeoJSON is read too, with other names of columns, and lots as polygons', async () => {
  const feature = (geometry: object, properties: object) => ({ type: 'Feature', geometry, properties });
  const corners = [
    [107.1, 10.34],
    [107.102, 10.34],
    [107.102, 10.342],
    [107.1, 10.342],
    [107.1, 10.34],
  ];
  const geojson = {
    type: 'FeatureCollection',
    features: [
      feature({ type: 'Polygon', coordinates: [corners] }, { ma: 'beach', ten: 'Bãi Cát Dài', so_cho: 120 }),
      feature({ type: 'Point', coordinates: [107.0781, 10.3516] }, { ma: 'market', ten: 'Bãi Chợ Cá', so_cho: 24 }),
    ],
  };
  const columns = { id: 'ma', name: 'ten', capacity: 'so_cho' };
  await stage.importAssets(Kind.ASSET_KIND_LOT, JSON.stringify(geojson), { format: Format.FORMAT_GEOJSON, columns });
  const lot = await get('lots/beach');
  expect(lot?.position?.latitude).toBeCloseTo(10.341, 9);
  expect(lot?.position?.longitude).toBeCloseTo(107.101, 9);
  expect(lot?.details?.value).toMatchObject({ capacity: 120, outline: { length: 4 } });
});

test('rows belong to the unit of the file or to one in it, and rights go by it', async () => {
  const inWard = 'id,name,latitude,longitude,unit_code,unit_valid_from\nx1,Ngã tư,10.35,107.08,00001,2025-07-01\n';
  await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, inWard);
  expect(await get('intersections/x1')).toMatchObject({ unit: ward });
  expect(await list({ unit: home })).toEqual(['intersections/x1']);
  expect(await list({ unit: ward })).toEqual(['intersections/x1']);
  expect(await list({ unit: elsewhere })).toEqual([]);
  expect(await list({}, stranger)).toEqual([]);
  await expect((await stage.as(stranger)).getAsset({ name: 'intersections/x1' })).rejects.toMatchObject({
    reason: 'UNIT_FOREIGN',
  });

  const outside = inWard.replace('00001,2025-07-01', '90,2025-07-01');
  await expect(stage.importAssets(Kind.ASSET_KIND_INTERSECTION, outside)).rejects.toMatchObject({
    violations: [{ field: '2:unit_code', description: expect.stringContaining('UNIT_OUTSIDE') }],
  });
  await expect(
    stage.importAssets(Kind.ASSET_KIND_INTERSECTION, inWard, { unit: elsewhere }, registrar),
  ).rejects.toMatchObject({ code: 'PERMISSION_DENIED', reason: 'UNIT_FOREIGN' });
  await expect(stage.importAssets(Kind.ASSET_KIND_INTERSECTION, inWard, {}, viewer)).rejects.toMatchObject({
    reason: 'ROLE_MISSING',
  });
});

test('an asset moves to another unit only by who may register in both', async () => {
  const file = 'id,name,latitude,longitude\nx1,Ngã tư,10.35,107.08\n';
  await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, file);
  await expect(
    stage.importAssets(Kind.ASSET_KIND_INTERSECTION, file, { unit: elsewhere }, stranger),
  ).rejects.toMatchObject({ reason: 'UNIT_FOREIGN', metadata: { unit: '00/2025-07-01' } });
  // Nor is anything else of the file that would take it away written; that it was tried is known.
  const mixed = `${file}x2,Ngã năm,10.36,107.08\n`;
  await expect(
    stage.importAssets(Kind.ASSET_KIND_INTERSECTION, mixed, { unit: elsewhere }, stranger),
  ).rejects.toMatchObject({ reason: 'UNIT_FOREIGN' });
  expect(facts('intersections/x2')).toEqual([]);
  const acts = stage.records(actRecorded.name).map(({ value }) => ActRecorded.decode(value));
  expect(acts.findLast(({ subject }) => subject === 'user:stranger')).toMatchObject({
    object: 'intersections/x1',
    outcome: Outcome.OUTCOME_DENIED,
    reason: 'UNIT_FOREIGN',
  });
  await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, file, { unit: elsewhere }, roamer);
  const asset = facts('intersections/x1').at(-1);
  expect(asset).toMatchObject({
    asset: { unit: elsewhere },
    change: { fields: [{ field: 'unit_code', before: '00', after: '90' }] },
  });
  await expect((await stage.as(viewer)).getAsset({ name: 'intersections/x1' })).rejects.toMatchObject({
    reason: 'UNIT_FOREIGN',
  });
});

test('an asset in a unit that has ended is under what became of it', async () => {
  const old = 'id,name,latitude,longitude,unit_code,unit_valid_from\nx1,Ngã tư,10.35,107.08,981,1991-01-01\n';
  const { findings } = await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, old);
  expect(findings.map(({ code }) => code)).toEqual(['UNIT_ENDED']);
  expect(await list({ unit: home })).toEqual(['intersections/x1']);
  expect(await list({ unit: { code: '98', validFrom: '1991-01-01' } })).toEqual([]);
});

test('assets of a unit that was entered a moment ago wait until rights have heard of it', async () => {
  const held: Parameters<typeof stage.tree.put>[] = [];
  const put = stage.tree.put.bind(stage.tree);
  stage.tree.put = (node) => void held.push([node]);
  await stage.importUnits(`${unitsCsv}00002,2025-07-01,,commune,xã,Xã Cồn Cát,,00,2025-07-01,\n`);
  const file = 'id,name,latitude,longitude,unit_code,unit_valid_from\nx1,Ngã tư,10.35,107.08,00002,2025-07-01\n';
  const importing = stage.importAssets(Kind.ASSET_KIND_INTERSECTION, file);
  setTimeout(() => {
    for (const [node] of held) put(node);
  }, 100);
  expect((await importing).summary).toMatchObject({ added: 1 });
});

test('missing is what is registered in this unit alone', async () => {
  const file = (id: string) => `id,name,latitude,longitude\n${id},Ngã tư,10.35,107.08\n`;
  await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, file('x1'));
  await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, file('y1'), { unit: elsewhere }, stranger);
  const answer = await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, file('x2'), { retireMissing: true });
  expect(answer.differences).toEqual([
    { name: 'intersections/x2', kind: Difference.KIND_ADDED, fields: [] },
    { name: 'intersections/x1', kind: Difference.KIND_RETIRED, fields: [] },
  ]);
});

test('a file that was overtaken says so, and stands when it is imported again', async () => {
  await stage.importAssets(Kind.ASSET_KIND_LOT, lots);
  const { commit } = stage.store;
  let overtaken = false;
  stage.store.commit = async (each) => {
    if (!overtaken && each.name === 'lots/beach') {
      overtaken = true;
      const { version } = await stage.store.load(each.name);
      await commit({ ...each, patch: { revision: 7 }, version: version + 1, records: [], answers: [] });
    }
    return commit(each);
  };
  const changed = lots.replace(',120,', ',150,');
  await expect(stage.importAssets(Kind.ASSET_KIND_LOT, changed)).rejects.toMatchObject({
    code: 'ABORTED',
    reason: 'IMPORT_OVERTAKEN',
    metadata: { asset: 'lots/beach' },
  });
  expect((await stage.importAssets(Kind.ASSET_KIND_LOT, changed)).summary).toMatchObject({ changed: 1 });
});

test('a watch begins with all that its reader may see, goes on with changes, and is resumed by its token', async () => {
  await stage.importAssets(Kind.ASSET_KIND_LOT, lots);
  const client = await stage.as(viewer);
  const watch = (resumeToken: string) =>
    client.watchAssets({ resumeToken, kinds: [Kind.ASSET_KIND_LOT] })[Symbol.asyncIterator]();
  const first = watch('');
  const snapshot = (await first.next()).value;
  await first.return?.();
  expect(snapshot).toMatchObject({ phase: StreamPhase.STREAM_PHASE_SNAPSHOT, resumeToken: expect.stringMatching(/./) });
  expect(snapshot.assets.map(({ name }: { name: string }) => name).sort()).toEqual(['lots/beach', 'lots/market']);
  const file = 'id,name,latitude,longitude\nx1,Ngã tư,10.35,107.08\n';
  await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, file);
  await stage.importAssets(Kind.ASSET_KIND_LOT, lots.replace(',120,', ',150,'));
  const resumed = watch(snapshot.resumeToken);
  expect((await resumed.next()).value).toMatchObject({
    phase: StreamPhase.STREAM_PHASE_LIVE,
    assets: [{ name: 'lots/beach', revision: 2 }],
  });
  await resumed.return?.();
});

test('a header that says too little, or no header, is refused with its fields', async () => {
  const client = await stage.as(registrar);
  const upload = client.importAssets();
  await upload.send({
    part: {
      $case: 'header',
      value: { ...stage.header(0), requestId: '', format: 0, unit: { code: '', validFrom: 'x' } },
    },
  });
  await expect(upload.end()).rejects.toMatchObject({
    reason: 'REQUEST_INVALID',
    violations: [
      { field: 'header.request_id' },
      { field: 'header.kind' },
      { field: 'header.format' },
      { field: 'header.unit' },
    ],
  });
  await expect(client.importAssets().end()).rejects.toMatchObject({ violations: [{ field: 'header' }] });
  await expect((await stage.as(viewer)).getAsset({ name: 'lots/none' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    reason: 'ASSET_UNKNOWN',
  });
  await expect((await stage.as(viewer)).getAsset({ name: 'roads/x' })).rejects.toMatchObject({
    violations: [{ field: 'name' }],
  });
});
