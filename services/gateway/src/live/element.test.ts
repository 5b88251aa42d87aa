import { expect, test } from '@jest/globals';
import { feedElement, isCurrent, lotElement, pageData, predictionElement, vehicleElement } from './element.ts';

const hour = 3_600_000;
const feed = 'feeds/a';
const bus = vehicleElement({ feed, observedAt: 10 * hour });

test('vehicles leave the picture after an hour, and never come from another day', () => {
  expect([10 * hour, 11 * hour - 1, 11 * hour, 9 * hour, 40 * hour].map((now) => isCurrent(bus, now))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('a trip that is over is told once, and not to those who come later', () => {
  expect(isCurrent(predictionElement({ feed, observedAt: hour, stops: [] }), hour)).toBe(false);
  expect(isCurrent(predictionElement({ feed, observedAt: hour, stops: [1] }), hour)).toBe(true);
});

test('lots stay', () => expect(isCurrent(lotElement({ key: 'lots/a' }, undefined), 99 * hour)).toBe(true));

test('changes name only the lists that changed, a snapshot names all', () => {
  const elements = [lotElement({ key: 'lots/a' }, undefined), bus, lotElement({ key: 'lots/b' }, undefined)];
  expect(JSON.parse(pageData(elements, 7, false) ?? '')).toEqual({
    now: 7,
    vehicles: [{ feed, observedAt: 10 * hour }],
    lots: [{ key: 'lots/a' }, { key: 'lots/b' }],
  });
  expect(JSON.parse(pageData([], 7, true) ?? '')).toEqual({ now: 7, vehicles: [], predictions: [], lots: [] });
});

test('a new schedule alone is no change of the picture', () => {
  expect(pageData([feedElement({ name: feed, digest: 'd' })], 7, false)).toBeUndefined();
});
