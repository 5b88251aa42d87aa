import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatHash, type PageView, parseHash, type Selection } from './selection.ts';

test('reads like a place and a name', () => {
  const view: PageView = {
    map: { zoom: 13.5, lat: 10.346, lon: 107.0843 },
    selection: { kind: 'stop', feed: 'feeds/vung-tau', stopId: 'S 1' },
    language: 'en',
  };
  const hash = 'map=13.50/10.34600/107.08430&sel=stop:feeds/vung-tau/stops/S%201&lang=en';
  expect(formatHash(view)).toBe(hash);
  expect(parseHash(`#${hash}`)).toEqual(view);
});

test.each(['', '#', '#map=a/b/c', '#map=1/2', '#map=99/0/0', '#sel=bus:7', '#sel=stop:S1', '#sel=', '#%%%'])(
  'leaves out what it cannot read: %s',
  (hash) => expect(parseHash(hash)).toEqual({}),
);

test('any selection comes back as it went', () => {
  const id = fc.string({ minLength: 1, unit: 'grapheme' });
  const selection: fc.Arbitrary<Selection> = fc.oneof(
    fc.record({ kind: fc.constantFrom('vehicle' as const, 'lot' as const), key: id }),
    fc.record({ kind: fc.constant('stop' as const), feed: fc.constant('feeds/a-1'), stopId: id }),
  );
  fc.assert(
    fc.property(selection, (chosen) => expect(parseHash(formatHash({ selection: chosen })).selection).toEqual(chosen)),
  );
});
