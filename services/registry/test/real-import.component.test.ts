import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COUNTRY, principalIn } from '@giaolo/chassis/principal';
import { recordingsFolder, testWithRecordings } from '@giaolo/chassis/testing/recordings';
import { AssetKind as Kind } from '@giaolo/proto/giaolo/registry/v1/asset';
import {
  ImportAssetsHeader_Format as AssetFormat,
  ImportUnitsHeader_Format as UnitFormat,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { Stage } from './stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

const read = (path: string) => readFileSync(join(recordingsFolder, 'vietnam', path));
const hoChiMinhCity = { code: '79', validFrom: '2025-07-01' };
const hanoi = { code: '01', validFrom: '2025-07-01' };
const everywhere = principalIn(COUNTRY, 'user:everywhere', 'registrar', 'viewer');
const inCity = principalIn(hoChiMinhCity, 'user:in-city', 'registrar', 'viewer');
const inHanoi = principalIn(hanoi, 'user:in-hanoi', 'registrar', 'viewer');
/** Granted in a province that is no more. */
const inOldProvince = principalIn({ code: '77', validFrom: '2025-03-01' }, 'user:in-old-province', 'viewer');

testWithRecordings(
  'two trees of a country are imported; what was registered in one of old belongs to who took it over',
  async () => {
    const today = await stage.importUnits(read('units-34/simplified_json_2026-07-25.json'), {
      format: UnitFormat.FORMAT_COUNTRY_34_JSON,
    });
    expect(today).toMatchObject({ summary: { added: 3_356 }, findings: [] });
    const before = await stage.importUnits(read('units-63/dvhcvn.json'), { format: UnitFormat.FORMAT_COUNTRY_63_JSON });
    expect(before).toMatchObject({ summary: { added: 10_806, unchanged: 1 }, findings: [] });
    const again = await stage.importUnits(read('units-63/dvhcvn.json'), { format: UnitFormat.FORMAT_COUNTRY_63_JSON });
    expect(again.summary).toMatchObject({ added: 0, changed: 0, unchanged: 10_807 });

    const assets = [
      'id,name,latitude,longitude,unit_code,unit_valid_from',
      'a1,Ngã năm,10.3460,107.0843,747,2025-03-01',
      'a2,Ngã sáu,10.3520,107.0790,26506,2025-03-01',
      'a3,Vòng xoay,10.4963,107.1684,26560,2025-07-01\n',
    ].join('\n');
    const { summary } = await stage.importAssets(Kind.ASSET_KIND_INTERSECTION, assets, { unit: hoChiMinhCity }, inCity);
    expect(summary).toMatchObject({ added: 3 });
    const seenBy = async (principal: typeof inCity) => {
      const none = { unit: undefined, parent: '', showRetired: false, pageSize: 0, pageToken: '' };
      const answer = await (await stage.as(principal)).listAssets({ kind: Kind.ASSET_KIND_INTERSECTION, ...none });
      return answer.assets.map(({ name }) => name);
    };
    expect(await seenBy(inCity)).toHaveLength(3);
    expect(await seenBy(everywhere)).toHaveLength(3);
    expect(await seenBy(inHanoi)).toEqual([]);
    expect(await seenBy(inOldProvince)).toEqual([]);
  },
  120_000,
);

testWithRecordings(
  'the bus stops of Hanoi are imported as they were drawn',
  async () => {
    const stops = read('hanoi-bus-partial/hanoi_bus_stops_osm.geojson');
    const geojson = { format: AssetFormat.FORMAT_GEOJSON, unit: hanoi };
    const dry = await stage.importAssets(Kind.ASSET_KIND_STOP, stops, { ...geojson, dryRun: true }, inHanoi);
    expect(dry).toMatchObject({ summary: { added: 3_326 }, findings: [] });
    const answer = await stage.importAssets(Kind.ASSET_KIND_STOP, stops, geojson, inHanoi);
    expect(answer).toMatchObject({ summary: { added: 3_326, missing: 0 }, findings: [] });
    const client = await stage.as(inHanoi);
    const { asset } = await client.getAsset({ name: 'stops/436176914' });
    expect(asset).toMatchObject({
      displayName: 'Đối diện Trụ sở HĐND huyện Thanh Trì - Ngọc Hồi',
      position: { latitude: 20.9466009, longitude: 105.8442159 },
      unit: hanoi,
    });
    expect((await stage.importAssets(Kind.ASSET_KIND_STOP, stops, geojson, inHanoi)).summary).toMatchObject({
      unchanged: 3_326,
    });
  },
  60_000,
);
