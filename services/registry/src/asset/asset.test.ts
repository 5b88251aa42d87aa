import { applyPatch, fold } from '@giaolo/chassis/decide';
import { specFor } from '@giaolo/chassis/testing/spec';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asset, by, entered, lotDetails } from '../../test/assets.ts';
import { type AssetState, changesOf, evolve, KEPT_CHANGES, type KnownAsset } from './asset.ts';
import { changeAsset } from './change-asset.ts';
import { registerAsset } from './register-asset.ts';
import { retireAsset } from './retire-asset.ts';

const given = specFor(evolve);
const beach = asset();
const larger = asset({ ...lotDetails, capacity: 150 });

test('an asset is registered once', () => {
  given()
    .when(registerAsset, { asset: beach, ...by }, 7)
    .then(entered(beach, 'registered', beach, 7));
  given(entered(beach))
    .when(registerAsset, { asset: beach, ...by })
    .then();
  given(entered(larger))
    .when(registerAsset, { asset: beach, ...by })
    .thenRefuses('OVERTAKEN');
});

test('an asset changes where it differs, and only from what it was judged by', () => {
  const change = { revision: 1, asset: larger, ...by };
  given(entered(beach))
    .when(changeAsset, change, 7)
    .then(entered(larger, 'changed', beach, 7));
  given(entered(larger)).when(changeAsset, change).then();
  given(entered(beach), entered(larger, 'changed', beach), entered(beach, 'changed', larger))
    .when(changeAsset, change)
    .thenRefuses('OVERTAKEN');
  given().when(changeAsset, change).thenRefuses('OVERTAKEN');
});

test('an asset leaves service once', () => {
  const gone = asset(lotDetails, { retiredOn: '2026-02-16' });
  given(entered(beach))
    .when(retireAsset, { on: '2026-02-16', ...by }, 7)
    .then(entered(gone, 'retired', beach, 7));
  given(entered(beach), entered(gone, 'retired', beach))
    .when(retireAsset, { on: '2026-03-01', ...by })
    .then();
  given()
    .when(retireAsset, { on: '2026-02-16', ...by })
    .thenRefuses('OVERTAKEN');
});

test('fields are told by their columns, with what stood there', () => {
  const moved = { ...larger, position: { latitude: 10.35, longitude: 107.1012 }, operator: 'Công ty Bãi xe' };
  expect(entered(moved, 'changed', beach).change.fields).toEqual([
    { field: 'latitude', before: '10.3489', after: '10.35' },
    { field: 'operator', before: '', after: 'Công ty Bãi xe' },
    { field: 'capacity', before: '120', after: '150' },
  ]);
});

test('the newest 50 changes stay with the asset, and it is what the last one made it', () => {
  const capacities = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(capacities, (sizes) => {
      const history = sizes.map((capacity, at) => entered(asset({ ...lotDetails, capacity }), 'changed', beach, at));
      const state = fold<AssetState, (typeof history)[number]>(evolve, history) as KnownAsset;
      expect(state.details).toHaveProperty('capacity', sizes.at(-1));
      expect(state.revision).toBe(sizes.length);
      const kept = changesOf(state);
      expect(kept.map(({ change }) => change.at)).toEqual(
        sizes
          .map((_, at) => at)
          .slice(-KEPT_CHANGES)
          .reverse(),
      );
      expect(Object.keys(state).filter((field) => field.includes(':'))).toHaveLength(kept.length);
      // What a commit writes is as much as what changed.
      const patch = evolve(state, entered(beach));
      expect(Object.keys(patch).filter((field) => field.includes(':')).length).toBeLessThanOrEqual(2);
      applyPatch(state, patch);
    }),
  );
});
