import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COUNTRY, formatUnit, type Unit } from './principal.ts';
import { type UnitNode, UnitTree } from './units.ts';

const old = (code: string): Unit => ({ code, validFrom: '1991-01-01' });
const young = (code: string): Unit => ({ code, validFrom: '2025-07-01' });
const node = (unit: Unit, parent: Unit | undefined, ended: readonly Unit[] | undefined = undefined): UnitNode => ({
  unit,
  parent,
  validTo: ended && '2025-07-01',
  successors: ended ?? [],
});

// Two provinces became one; a district went, and its communes were divided or taken over whole.
const tree = new UnitTree([
  node(COUNTRY, undefined),
  node(old('77'), COUNTRY, [young('79')]),
  node(old('79'), COUNTRY, [young('79')]),
  node(old('747'), old('77'), []),
  node(old('26500'), old('747'), [young('26506')]),
  node(old('26503'), old('747'), [young('26506'), young('26560')]),
  node(young('79'), COUNTRY),
  node(young('26506'), young('79')),
  node(young('26560'), young('79')),
  node(young('01'), COUNTRY),
]);
const before = Date.parse('2025-06-30T23:59:59+07:00');
const after = Date.parse('2025-07-01T00:00:00+07:00');
const covers = (granted: Unit, target: Unit, now = after) => tree.covers(granted, target, now);

describe('a grant', () => {
  test('holds at its unit and below', () => {
    expect(covers(young('79'), young('79'))).toBe(true);
    expect(covers(young('79'), young('26506'))).toBe(true);
    expect(covers(COUNTRY, young('26506'))).toBe(true);
  });

  test('holds neither above nor beside', () => {
    expect(covers(young('26506'), young('79'))).toBe(false);
    expect(covers(young('26506'), young('26560'))).toBe(false);
    expect(covers(young('01'), young('26506'))).toBe(false);
  });

  test('is of the unit that the code meant then, not of the one that it means now', () => {
    expect(covers(old('79'), old('79'), before)).toBe(true);
    expect(covers(young('79'), old('77'), before)).toBe(false);
    expect(covers(old('79'), young('79'))).toBe(false);
  });

  test('at a unit that has ended holds nothing, from midnight in Viet Nam on', () => {
    expect(covers(old('77'), old('26500'), before)).toBe(true);
    expect(covers(old('77'), old('26500'))).toBe(false);
    expect(covers(old('77'), old('77'))).toBe(false);
  });

  test('at a unit that has not begun holds nothing', () => {
    expect(covers(young('79'), young('79'), before)).toBe(false);
  });
});

describe('what belongs to a unit that has ended', () => {
  test('is under its one successor', () => {
    expect(covers(young('79'), old('77'))).toBe(true);
    expect(covers(young('26506'), old('26500'))).toBe(true);
  });

  test('is under what its old parent has become, where its area was divided', () => {
    expect(covers(young('79'), old('26503'))).toBe(true);
    expect(covers(young('26506'), old('26503'))).toBe(false);
    expect(covers(young('79'), old('747'))).toBe(true);
  });
});

test('a unit that the tree does not know is under itself and the country', () => {
  const unknown = young('99');
  const grants = [unknown, COUNTRY, young('79')].map((granted) => covers(granted, unknown));
  expect([...grants, covers(unknown, young('79'))]).toEqual([true, true, false, false]);
});

test('a change of the tree holds at once', () => {
  const growing = new UnitTree([node(COUNTRY, undefined), node(young('79'), COUNTRY)]);
  expect(growing.covers(young('79'), young('27000'), after)).toBe(false);
  growing.put(node(young('27000'), young('79')));
  expect(growing.covers(young('79'), young('27000'), after)).toBe(true);
});

test('whatever the tree looks like, rings too, a question is answered; and the root’s grant covers what hangs below it', () => {
  const codes = ['a', 'b', 'c', 'd', 'e'];
  const link = fc.record({
    parent: fc.constantFrom(...codes, ''),
    ended: fc.boolean(),
    next: fc.constantFrom(...codes),
  });
  const property = fc.property(fc.tuple(link, link, link, link, link), fc.nat(4), (links, asked) => {
    const any = new UnitTree(
      links.map(({ parent, ended, next }, i) => ({
        ...node(young(codes[i] as string), parent ? young(parent) : COUNTRY),
        ...(ended && { validTo: '2025-07-01', successors: [young(next)] }),
      })),
    );
    any.put(node(COUNTRY, undefined));
    const target = young(codes[asked] as string);
    const holders = [COUNTRY, ...codes.map(young)].filter((unit) => any.covers(unit, target, after));
    // Nobody who has ended holds anything.
    for (const holder of holders) expect(any.get(holder)?.validTo).toBeUndefined();
    expect(new Set(holders.map(formatUnit)).size).toBe(holders.length);
  });
  fc.assert(property);
});
