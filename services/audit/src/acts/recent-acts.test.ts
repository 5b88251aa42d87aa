import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Act, matches, newestFirst } from './act.ts';
import { RecentActs } from './recent-acts.ts';

const act = (code: string, index: number, at = index, changed: Partial<Act> = {}): Act => ({
  unit: { code, validFrom: '2025-07-01' },
  index,
  at,
  subject: 'user:an',
  object: 'lots/a',
  method: 'giaolo.parking.v1.ParkingService/OpenLot',
  outcome: 'accepted',
  ...changed,
});

const everything = () => true;
const shown = (recent: RecentActs<Act>) => [...recent.of(everything)].map(({ unit, index }) => `${unit.code}@${index}`);

test('of every unit the newest are kept, each once', () => {
  const recent = new RecentActs({ perUnit: 2, inAll: 100 });
  for (const index of [1, 2, 3, 2, 3]) recent.add(act('79', index));
  recent.add(act('77', 1));
  expect(shown(recent)).toEqual(['79@2', '79@3', '77@1']);
  expect([...recent.newest()].map(({ index }) => index)).toEqual([3, 1]);
  expect(recent.oldestOf({ code: '79', validFrom: '2025-07-01' })).toBe(2);
  expect(recent.oldestOf({ code: '78', validFrom: '2025-07-01' })).toBeUndefined();
});

test('where all units together have too many, the oldest of all go first, and the newest never', () => {
  const coming = fc.array(fc.record({ code: fc.constantFrom('01', '77', '79'), at: fc.nat(50) }), { maxLength: 300 });
  fc.assert(
    fc.property(coming, (acts) => {
      const recent = new RecentActs({ perUnit: 50, inAll: 40 });
      const indexes = new Map<string, number>();
      for (const { code, at } of acts) {
        const index = (indexes.get(code) ?? 0) + 1;
        indexes.set(code, index);
        recent.add(act(code, index, at));
        const kept = [...recent.of(everything)];
        expect(kept.length).toBeLessThanOrEqual(44);
        for (const each of indexes.keys()) {
          const own = kept.filter(({ unit }) => unit.code === each).map((each) => each.index);
          const newest = indexes.get(each) as number;
          expect(own).toEqual(own.map((_, i) => newest - own.length + 1 + i));
        }
      }
      expect(recent.of(everything).next().done).toBe(acts.length === 0);
    }),
  );
});

test('an act that is older by its time leaves before a newer one of another unit', () => {
  const recent = new RecentActs({ perUnit: 50, inAll: 10 });
  for (let index = 1; index <= 5; index++) recent.add(act('77', index, 1_000 + index));
  for (let index = 1; index <= 7; index++) recent.add(act('79', index, index));
  expect(shown(recent)).toEqual(['77@1', '77@2', '77@3', '77@4', '77@5', '79@3', '79@4', '79@5', '79@6', '79@7']);
});

test.each([
  [{}, true],
  [{ subject: 'user:an' }, true],
  [{ subject: 'user:binh' }, false],
  [{ object: 'lots/a' }, true],
  [{ object: 'lots/' }, true],
  [{ object: 'lots' }, false],
  [{ object: 'feeds/' }, false],
  [{ method: 'giaolo.parking.v1.ParkingService/OpenLot' }, true],
  [{ method: 'OpenLot' }, true],
  [{ method: 'Lot' }, false],
  [{ outcome: 'denied' as const }, false],
  [{ from: 7, to: 8 }, true],
  [{ from: 8 }, false],
  [{ to: 7 }, false],
])('%j matches or not: %s', (filter, expected) => {
  expect(matches(filter)(act('79', 1, 7))).toBe(expected);
});

test('the newest comes first, whatever the number of digits, and no two acts have the same place', () => {
  const when = Date.parse('2026-11-22T00:00:00Z');
  const acts = [
    act('79', 9, when),
    act('79', 10, when),
    act('77', 10, when),
    act('79', 11, when - 1),
    act('79', 12, 5),
  ];
  const places = acts.map(newestFirst);
  expect(new Set(places).size).toBe(acts.length);
  expect(places.toSorted()).toEqual([places[2], places[1], places[0], places[3], places[4]]);
});
