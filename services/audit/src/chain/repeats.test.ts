import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acts, chainOf, UNIT } from '../../test/builders.ts';
import type { Link } from './link.ts';
import { Repeats } from './repeats.ts';
import { verify } from './verify.ts';

const links = chainOf(acts(20));
const withoutRepeats = (told: readonly Link[]) => {
  const repeats = new Repeats();
  return told.filter((link) => !repeats.isRepeat(link));
};

test('however a relay repeats itself, each link counts once', () => {
  const stretch = fc.tuple(fc.nat(20), fc.nat(20));
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 10 }), (again) => {
      const told: Link[] = [];
      for (const [at, count] of again) told.push(...links.slice(0, told.length), ...links.slice(0, at).slice(-count));
      const inOrder = links.flatMap((link, i) => [link, ...told.filter(({ index }) => index <= i)]);
      expect(withoutRepeats(inOrder)).toEqual(links);
    }),
  );
});

test('a link in the place of another is no repeat, and is found', () => {
  const other = chainOf([Buffer.from('other')], UNIT, links[4])[0] as Link;
  const told = [...links.slice(0, 10), other, ...links.slice(10)];
  expect(withoutRepeats(told)).toEqual(told);
  expect(verify(UNIT, withoutRepeats(told)).fault).toMatchObject({ index: 11, flaw: 'LINK_REPEATED', found: other });
});

test('a copy under the same hash with another content is no repeat', () => {
  const copy = { ...(links[4] as Link), act: Buffer.from('forged') };
  const told = [...links.slice(0, 10), copy, ...links.slice(10)];
  expect(verify(UNIT, withoutRepeats(told)).fault).toMatchObject({ index: 11, flaw: 'ALTERED', found: copy });
});

test('what is missing is left to the verifier', () => {
  const told = [...links.slice(0, 5), ...links.slice(6), ...links.slice(6)];
  expect(verify(UNIT, withoutRepeats(told)).fault).toMatchObject({ index: 6, flaw: 'LINK_MISSING' });
});
