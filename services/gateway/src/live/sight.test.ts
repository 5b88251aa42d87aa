import { COUNTRY, formatUnit, type Unit } from '@giaolo/chassis/principal';
import { expect, test } from '@jest/globals';
import { type Element, lotElement, vehicleElement } from './element.ts';
import { Sight } from './sight.ts';

const here: Unit = { code: '77', validFrom: '2025-07-01' };
const elsewhere: Unit = { code: '92', validFrom: '2025-07-01' };

function sight(units: readonly Unit[], feeds = new Map<string, Unit>()) {
  const asked: string[] = [];
  const seen = new Set(units.map(formatUnit));
  const made = new Sight((unit) => {
    asked.push(formatUnit(unit));
    return seen.has(formatUnit(unit));
  }, feeds);
  const names = (elements: readonly Element[]) => made.of(elements)?.map(({ json }) => JSON.parse(json).key);
  return { seen, asked, names };
}

const lot = (key: string, unit: Unit | undefined) => lotElement({ key }, unit);
const bus = (key: string, feed: string) => vehicleElement({ key, feed, observedAt: 0 } as never);

test('sees what belongs to a unit of its own, by itself or through its feed', () => {
  const { names } = sight(
    [here],
    new Map([
      ['feeds/a', here],
      ['feeds/b', elsewhere],
    ]),
  );
  const elements = [lot('l1', here), lot('l2', elsewhere), bus('b1', 'feeds/a'), bus('b2', 'feeds/b')];
  expect(names(elements)).toEqual(['l1', 'b1']);
});

test('what belongs to nobody known is for those who see the country', () => {
  const stray = [lot('l1', undefined), bus('b1', 'feeds/unheard-of')];
  expect(sight([here]).names(stray)).toEqual([]);
  expect(sight([COUNTRY]).names(stray)).toEqual(['l1', 'b1']);
});

test('judges each owner once for all that come together', () => {
  const { names, asked } = sight([here], new Map([['feeds/a', here]]));
  names(Array.from({ length: 100 }, (_, at) => (at % 2 ? lot(`${at}`, elsewhere) : bus(`${at}`, 'feeds/a'))));
  expect(asked).toEqual(['77/2025-07-01', '92/2025-07-01']);
});

test('says when it sees otherwise than before: more, less, or a feed that it came to know', () => {
  const feeds = new Map<string, Unit>();
  const { names, seen } = sight([here], feeds);
  const all = [lot('l1', here), bus('b1', 'feeds/a')];
  expect(names(all)).toEqual(['l1']);
  feeds.set('feeds/a', here);
  expect(names(all)).toBeUndefined();
  expect(names(all)).toEqual(['l1', 'b1']);
  seen.clear();
  expect(names([lot('l2', elsewhere)])).toEqual([]);
  expect(names(all)).toBeUndefined();
  expect(names(all)).toEqual([]);
});
