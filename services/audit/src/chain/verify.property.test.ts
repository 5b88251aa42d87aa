import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acts, chainOf, headOf, UNIT } from '../../test/builders.ts';
import type { Head, Link } from './link.ts';
import { verify } from './verify.ts';

/** A chain of at least `least` links and a place in it, as the index of a link. */
const places = (least = 1) =>
  fc
    .tuple(fc.integer({ min: least, max: 30 }), fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 60 }))
    .map(([length, place, size]) => ({ links: chainOf(acts(length, size)), index: 1 + (place % length) }));

const faultOf = (links: readonly Link[], anchors: readonly Head[] = []) => {
  const { fault, head } = verify(UNIT, links, { anchors });
  return fault && { index: fault.index, flaw: fault.flaw, sound: head.index };
};
const newest = (links: readonly Link[]): Head => headOf(links.at(-1) as Link);
const without = (links: readonly Link[], index: number) => links.filter((link) => link.index !== index);

/** The same bytes but for one bit. */
function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = (bit >> 3) % copy.length;
  copy[at] = (copy[at] as number) ^ (1 << (bit & 7));
  return copy;
}

test('a chain as it was made is sound, and so is what continues what was verified before', () => {
  fc.assert(
    fc.property(places(), ({ links, index }) => {
      const head = newest(links);
      expect(verify(UNIT, links, { anchors: [head] })).toEqual({ head, anchors: 1, fault: undefined });
      const after = headOf(links[index - 1] as Link);
      expect(verify(UNIT, links.slice(index), { after }).fault).toBeUndefined();
    }),
  );
});

describe('is found, with the first index that is wrong:', () => {
  test('a bit that was flipped anywhere in a link', () => {
    const changes: Readonly<Record<string, (link: Link, bit: number) => Link>> = {
      act: (link, bit) => ({ ...link, act: flipped(link.act, bit) }),
      hash: (link, bit) => ({ ...link, hash: flipped(link.hash, bit) }),
      previousHash: (link, bit) => ({ ...link, previousHash: flipped(link.previousHash, bit) }),
      index: (link, bit) => ({ ...link, index: link.index ^ (1 << (bit % 30)) }),
      unit: (link, bit) => ({ ...link, unit: Buffer.from(flipped(Buffer.from(link.unit), bit & ~7)).toString() }),
    };
    fc.assert(
      fc.property(places(), fc.nat(500), fc.constantFrom(...Object.keys(changes)), ({ links, index }, bit, part) => {
        const change = changes[part] as (link: Link, bit: number) => Link;
        const tampered = links.map((link) => (link.index === index ? change(link, bit) : link));
        expect(faultOf(tampered)).toEqual({ index, flaw: 'ALTERED', sound: index - 1 });
      }),
      { numRuns: 500 },
    );
  });

  test('a link that was left out', () => {
    fc.assert(
      fc.property(places(2), ({ links, index }) => {
        const last = index === links.length;
        const anchors = [newest(links)];
        const flaw = last ? 'CUT_SHORT' : 'LINK_MISSING';
        expect(faultOf(without(links, index), anchors)).toEqual({ index, flaw, sound: index - 1 });
      }),
    );
  });

  test('a link that stands twice', () => {
    fc.assert(
      fc.property(places(2), fc.nat(30), ({ links, index }, later) => {
        const at = Math.min(index + later, links.length);
        const doubled = [...links.slice(0, at), links[index - 1] as Link, ...links.slice(at)];
        expect(faultOf(doubled)).toEqual({ index: at + 1, flaw: 'LINK_REPEATED', sound: at });
      }),
    );
  });

  test('two links that changed places', () => {
    fc.assert(
      fc.property(places(2), fc.nat(1_000), ({ links, index }, other) => {
        const second = 1 + (other % links.length);
        fc.pre(index < second);
        const swapped = [...links];
        [swapped[index - 1], swapped[second - 1]] = [links[second - 1] as Link, links[index - 1] as Link];
        expect(faultOf(swapped)).toEqual({ index, flaw: 'LINK_MISSING', sound: index - 1 });
      }),
    );
  });

  test('a tail that was cut off, when the head is known', () => {
    fc.assert(
      fc.property(places(), ({ links, index }) => {
        const rest = links.slice(0, index - 1);
        expect(faultOf(rest, [newest(links)])).toEqual({ index, flaw: 'CUT_SHORT', sound: index - 1 });
        expect(faultOf(rest)).toBeUndefined();
      }),
    );
  });

  test('a link that was put in, with all hashes after it computed anew: at the first anchor after it', () => {
    fc.assert(
      fc.property(places(), fc.nat(30), ({ links, index }, later) => {
        const anchor = headOf(links[Math.min(index + later, links.length) - 1] as Link);
        const rest = links.slice(index - 1).map(({ act }) => act);
        const before = links.slice(0, index - 1);
        const forged = [...before, ...chainOf([Buffer.from('forged'), ...rest], UNIT, before.at(-1))];
        expect(faultOf(forged)).toBeUndefined();
        const found = { index: anchor.index, flaw: 'NOT_AS_ANCHORED', sound: anchor.index - 1 };
        expect(faultOf(forged, [anchor])).toEqual(found);
      }),
    );
  });

  test('a chain that was begun anew in the middle', () => {
    fc.assert(
      fc.property(places(), ({ links, index }) => {
        const before = { index: index - 1, hash: new Uint8Array(32).fill(1) };
        const after = links.slice(index - 1).map(({ act }) => act);
        const broken = [...links.slice(0, index - 1), ...chainOf(after, UNIT, before)];
        expect(faultOf(broken)).toEqual({ index, flaw: 'NOT_FOLLOWING', sound: index - 1 });
      }),
    );
  });

  test('a sound link of another unit', () => {
    fc.assert(
      fc.property(places(), ({ links, index }) => {
        const foreign = chainOf(acts(1), '78/2025-07-01', links[index - 2])[0] as Link;
        const mixed = [...links.slice(0, index - 1), foreign, ...links.slice(index)];
        expect(faultOf(mixed)).toEqual({ index, flaw: 'OTHER_UNIT', sound: index - 1 });
      }),
    );
  });
});

test('two anchors that contradict each other cannot both be right', () => {
  const links = chainOf(acts(3));
  const anchors = [newest(links), { index: 3, hash: new Uint8Array(32) }];
  expect(faultOf(links, anchors)).toMatchObject({ index: 3, flaw: 'NOT_AS_ANCHORED' });
});

test('an anchor that is younger than what is asked for does not make a chain short', () => {
  const links = chainOf(acts(3));
  expect(verify(UNIT, links.slice(0, 2), { anchors: [newest(links)], atLeast: 2 }).fault).toBeUndefined();
});
