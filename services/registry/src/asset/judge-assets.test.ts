import { expect, test } from '@jest/globals';
import { asset, bay, lotDetails } from '../../test/assets.ts';
import { Findings } from '../file/findings.ts';
import type { Asset } from './asset.ts';
import { judgeAssets, type World } from './judge-assets.ts';
import type { AssetEntry } from './read-assets.ts';

const market = asset({ ...lotDetails, measuredBy: 'bays', capacity: 0 });
const entry = (line: number, id: string, of: Asset, unsaid = false): AssetEntry => ({
  ...{ line, id, asset: of, unsaid: { position: unsaid, unit: unsaid } },
  name: `${of.details.kind}s/${id}`,
});

const world = (changed: Partial<World> = {}): World => ({
  today: '2026-02-16',
  standing: () => 'inside',
  asset: (name) => (name === 'lots/market' ? market : undefined),
  children: () => [],
  isAssumed: () => false,
  ...changed,
});

function judged(entries: AssetEntry[], changed: Partial<World> = {}) {
  const findings = new Findings();
  const assets = judgeAssets(entries, world(changed), findings);
  return { assets, found: findings.toArray().map(({ line, field, code }) => `${line}:${field} ${code}`) };
}

test('assets that are as they should be have no findings', () => {
  expect(judged([entry(2, 'beach', asset()), entry(3, 'b1', bay('B1')), entry(4, 'b2', bay('B2'))]).found).toEqual([]);
});

test.each<[string, AssetEntry[], Partial<World>, string[]]>([
  ['an id twice', [entry(2, 'x', asset()), entry(3, 'x', asset())], {}, ['3:id DUPLICATE']],
  ['an unknown unit', [entry(2, 'x', asset())], { standing: () => 'unknown' }, ['2:unit_code UNIT_UNKNOWN']],
  ['a unit elsewhere', [entry(2, 'x', asset())], { standing: () => 'outside' }, ['2:unit_code UNIT_OUTSIDE']],
  ['a unit that ended', [entry(2, 'x', asset())], { standing: () => 'ended' }, ['2:unit_code UNIT_ENDED']],
  ['a unit to come', [entry(2, 'x', asset())], { standing: () => 'not yet' }, ['2:unit_code UNIT_NOT_YET']],
  ['an id with a unit in it', [entry(2, '00-beach', asset())], {}, ['2:id ID_NAMES_UNIT']],
  ['no such parent', [entry(2, 'b', bay('B', { parent: 'lots/none' }))], {}, ['2:lot PARENT_UNKNOWN']],
  ['a counted lot', [entry(2, 'b', bay('B'))], { asset: () => asset() }, ['2:lot LOT_IS_COUNTED']],
  [
    'a lot out of service',
    [entry(2, 'b', bay('B'))],
    { asset: () => ({ ...market, retiredOn: '2026-01-01' }) },
    ['2:lot PARENT_RETIRED'],
  ],
  ['a bay id twice in a lot', [entry(2, 'a', bay('B1')), entry(3, 'b', bay('B1'))], {}, ['3:bay_id DUPLICATE']],
  [
    'a bay id that a registered bay has',
    [entry(2, 'a', bay('B1'))],
    { children: () => [{ name: 'bays/other', asset: bay('B1') }] },
    ['2:bay_id DUPLICATE'],
  ],
  [
    'latitude and longitude swapped',
    [entry(2, 'x', asset(lotDetails, { position: { latitude: 20, longitude: 21 } }))],
    {},
    ['2:latitude OUTSIDE_VIET_NAM'],
  ],
  [
    'retired in the future',
    [entry(2, 'x', asset(lotDetails, { retiredOn: '2026-02-17' }))],
    {},
    ['2:retired_on RETIRED_IN_FUTURE'],
  ],
])('finds %s', (_, entries, changed, found) => {
  expect(judged(entries, changed).found).toEqual(found);
});

test('a lot has at most 5000 bays', () => {
  const entries = Array.from({ length: 5_001 }, (_, i) => entry(i + 2, `b${i}`, bay(`B${i}`)));
  expect(judged(entries).found).toEqual(['5002:bay_id TOO_MANY']);
  expect(judged(entries.slice(1)).found).toEqual([]);
});

test('a bay id is free when its bay is in the file as something else, or out of service', () => {
  const children = () => [
    { name: 'bays/a', asset: bay('B1') },
    { name: 'bays/c', asset: bay('B2', { retiredOn: '2026-01-01' }) },
  ];
  const entries = [entry(2, 'a', bay('B9')), entry(3, 'b', bay('B1')), entry(4, 'd', bay('B2'))];
  expect(judged(entries, { children }).found).toEqual([]);
});

test('what says no place and unit of its own is where its parent is', () => {
  const inWard = { ...market, unit: { code: '00011', validFrom: '2025-07-01' } };
  const { assets, found } = judged([entry(2, 'b', bay('B1', { position: { latitude: 0, longitude: 0 } }), true)], {
    asset: () => inWard,
  });
  expect(assets[0]?.asset).toMatchObject({ position: market.position, unit: inWard.unit });
  expect(found).toEqual([]);
  const detector = asset(
    { kind: 'detector', technology: 'loop', measures: ['count'], lane: '' },
    { position: { latitude: 0, longitude: 0 } },
  );
  expect(judged([entry(2, 'd', detector, true)]).found).toEqual(['2:latitude POSITION_MISSING']);
});
