import { expect, test } from '@jest/globals';
import { network, vehicle } from '../testing/samples.ts';
import { FORGET_AFTER_MS } from './live-state.ts';
import { Model } from './model.ts';

test('a snapshot and changes are taken, and the reported vehicles named', () => {
  const model = new Model();
  const [a, b] = [vehicle('a'), vehicle('b', { observedAt: 50 })];
  expect(model.handle('snapshot', { now: 10, vehicles: [a], predictions: [], lots: [] }, 0)).toEqual([a]);
  expect(model.handle('changes', { now: 60, vehicles: [b] }, 50)).toEqual([b]);
  expect(model.handle('clock', { now: 1_060 }, 1_050)).toEqual([]);
  expect([...model.live.vehicles.values()]).toEqual([a, b]);
  expect([model.snapshotSeen, model.heardNow, model.clock.now(1_150)]).toEqual([true, 1_060, 1_160]);
});

test('the clock alone makes the silent go', () => {
  const model = new Model();
  model.handle('snapshot', { now: 0, vehicles: [vehicle('a')], predictions: [], lots: [] }, 0);
  model.handle('clock', { now: FORGET_AFTER_MS + 1 }, 1_000);
  expect(model.live.vehicles.size).toBe(0);
});

test.each([null, {}, { now: 'soon' }])('%j is no message', (data) => {
  expect(() => new Model().handle('changes', data, 0)).toThrow('without now');
});

test('the zone is that of the feed with vehicles', () => {
  const model = new Model();
  const empty = { feed: 'feeds/a', agencyName: 'A', timeZone: 'America/New_York', digest: 'd', routes: [], stops: [] };
  model.readNetwork({ feeds: [empty, ...network.feeds] });
  expect(model.timeZone()).toBe('America/New_York');
  model.handle('snapshot', { now: 0, vehicles: [vehicle('a')], predictions: [], lots: [] }, 0);
  expect(model.timeZone()).toBe('Asia/Ho_Chi_Minh');
});
