import { expect, test } from '@jest/globals';
import { countBy, Ledger, type Outcome } from './ledger.ts';
import { ping } from './straight-line.ts';

const placed: Outcome = { kind: 'placed', reason: '' };
const [first, second, third] = [ping(0, 0), ping(30, 300), ping(60, 600)];
const outcomes = ({ sent }: Ledger) => sent.map(({ outcome }) => outcome && `${outcome.kind} ${outcome.reason}`.trim());

test('a position is outstanding until its progress is seen', () => {
  const ledger = new Ledger();
  ledger.send(first, 1000);
  ledger.send(second, 1001);
  expect(ledger.outstanding).toBe(2);
  ledger.see('V', first.at, placed, 1010);
  ledger.see('V', first.at, placed, 1020);
  ledger.see('V', third.at, placed, 1020);
  expect(ledger.outstanding).toBe(1);
  expect(ledger.latencies).toEqual([10]);
  expect(ledger.unaccounted.map(({ position }) => position)).toEqual([second]);
});

test('one that a newer one overtook holds nothing up, but is lost unless it comes', () => {
  const ledger = new Ledger();
  for (const position of [first, second, third]) ledger.send(position, 0);
  ledger.see('V', second.at, placed, 5);
  expect(ledger.outstanding).toBe(1);
  expect(ledger.unaccounted).toHaveLength(2);
  ledger.see('V', first.at, placed, 6);
  expect(ledger.outstanding).toBe(1);
  expect(ledger.unaccounted).toHaveLength(1);
});

test('the second of two equal positions is refused, the first seen, in either order', () => {
  const ledger = new Ledger();
  const [, again] = [ledger.send(first, 0), ledger.send(first, 0)];
  ledger.see('V', first.at, placed, 5);
  ledger.refuse(again, 'OUT_OF_ORDER');
  expect(outcomes(ledger)).toEqual(['placed', 'refused OUT_OF_ORDER']);
  expect(ledger.outstanding).toBe(0);
});

test('what was seen counts, even when its repetition was refused before', () => {
  const ledger = new Ledger();
  ledger.refuse(ledger.send(first, 0), 'OUT_OF_ORDER');
  ledger.see('V', first.at, placed, 5);
  expect(outcomes(ledger)).toEqual(['placed']);
  expect(ledger.outstanding).toBe(0);
});

test('after a snapshot only newer positions are waited for', () => {
  const ledger = new Ledger();
  for (const position of [first, second, third]) ledger.send(position, 0);
  ledger.seeInSnapshot('V', second.at, { kind: 'unplaced', reason: 'OFF_ROUTE' });
  expect(outcomes(ledger)).toEqual(['passed SNAPSHOT', 'unplaced OFF_ROUTE', undefined]);
  expect(ledger.outstanding).toBe(1);
  expect(ledger.latencies).toEqual([]);
});

test('counts', () => {
  expect(countBy(['a', 'b', 'a', ''], (value) => value || undefined)).toEqual({ a: 2, b: 1 });
});
