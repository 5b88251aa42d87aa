import { applyPatch, type Decision } from '@giaolo/chassis/decide';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acts, min, UNIT, unit } from '../../test/builders.ts';
import { anchorHead } from './anchor-head.ts';
import { ANCHOR_EVERY_LINKS, type Chain, type ChainEvent, evolve, headOf, nextDeadline, RECENT } from './chain.ts';
import { chainActs } from './chain-acts.ts';
import type { Head, Link } from './link.ts';
import { verify } from './verify.ts';

/** An act as its record stands in the topic. */
const record = (act: Buffer, offset: number, at = 0, partition = 0) => ({
  act: act.toString('base64'),
  partition,
  offset,
  at,
});

/** A chain, and all that was told of it. */
class Told {
  chain: Chain = {};
  readonly links: Link[] = [];
  readonly anchors: Head[] = [];

  take(...records: ReturnType<typeof record>[]): void {
    this.takeAt(0, ...records);
  }

  takeAt(now: number, ...records: ReturnType<typeof record>[]): void {
    this.#apply(chainActs(this.chain, { unit, records }, now));
  }

  due(now: number): void {
    this.#apply(anchorHead(this.chain, null, now));
  }

  get acts(): string[] {
    return this.links.map(({ act }) => Buffer.from(act).toString().trim());
  }

  #apply(decision: Decision<ChainEvent, never>): void {
    if (!decision.accepted) throw new Error('a chain refuses nothing');
    for (const event of decision.events) {
      applyPatch(this.chain, evolve(this.chain, event));
      if (event.type === 'LinkAdded') this.links.push(event.link);
      else this.anchors.push(event.head);
    }
    // As another replica reads it.
    this.chain = JSON.parse(JSON.stringify(this.chain));
  }
}

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer, Buffer];

test('acts become links, in their order, that verify', () => {
  const told = new Told();
  told.take(record(a, 3), record(b, 7));
  told.take(record(c, 8));
  expect(told.acts).toEqual(['a', 'b', 'c']);
  expect(verify(UNIT, told.links)).toEqual({ head: headOf(told.chain), anchors: 0, fault: undefined });
  expect(told.chain).toMatchObject({ unit, length: 3, offsets: { 0: 8 } });
});

describe('an act is chained once', () => {
  test('when its record is delivered again', () => {
    const told = new Told();
    told.take(record(a, 3), record(b, 7));
    told.take(record(b, 7), record(c, 8));
    told.take(record(a, 3), record(b, 7), record(c, 8), record(d, 9));
    expect(told.acts).toEqual(['a', 'b', 'c', 'd']);
  });

  test('when its relay put it into the topic again, also within one batch', () => {
    const told = new Told();
    told.take(record(a, 3), record(b, 4), record(a, 5));
    told.take(record(b, 6), record(c, 7), record(a, 8));
    expect(told.acts).toEqual(['a', 'b', 'c']);
  });

  test('when the group is set back further than the acts that are remembered', () => {
    const told = new Told();
    const many = acts(RECENT * 3);
    told.take(...many.map((act, i) => record(act, i)));
    expect(told.links).toHaveLength(many.length);
    told.take(...many.map((act, i) => record(act, i)));
    expect(told.links).toHaveLength(many.length);
  });

  test('when its relay comes again within the acts that are remembered, and not for ever', () => {
    const many = acts(RECENT + 200);
    const againAfter = (others: number) => {
      const told = new Told();
      told.take(...many.slice(0, others + 1).map((act, i) => record(act, i)));
      told.take(record(many[0] as Buffer, 1_000_000));
      return told.links.length - (others + 1);
    };
    expect(againAfter(RECENT - 1)).toBe(0);
    expect(againAfter(RECENT + 100)).toBe(1);
  });

  test('whatever is delivered again, in whatever stretches', () => {
    const log = fc.array(fc.nat(15), { minLength: 1, maxLength: 40 });
    const stretches = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 20 })), { maxLength: 10 });
    fc.assert(
      fc.property(log, stretches, (numbers, rewinds) => {
        const topic = numbers.map((number, offset) => record(Buffer.from(`act ${number}`), offset, offset));
        const told = new Told();
        let next = 0;
        for (const [start, count] of [...rewinds, [topic.length, topic.length] as const]) {
          // A rewind goes back, never ahead of what was taken.
          const from = Math.min(start, next);
          const stretch = topic.slice(from, from + count);
          told.take(...stretch);
          next = Math.max(next, from + stretch.length);
        }
        told.take(...topic);
        expect(told.acts).toEqual([...new Set(numbers.map((number) => `act ${number}`))]);
        expect(verify(UNIT, told.links).fault).toBeUndefined();
      }),
    );
  });
});

test('acts of a topic that was made anew are chained: it counts from 0 again', () => {
  const told = new Told();
  told.take(record(a, 100, min(1)), record(b, 101, min(2)));
  told.take(record(c, 0, min(3)));
  told.take(record(d, 1, min(4)));
  told.take(record(c, 0, min(3)), record(d, 1, min(4)));
  expect(told.acts).toEqual(['a', 'b', 'c', 'd']);
});

test('acts of one unit may come from two partitions, each with its own offsets', () => {
  const told = new Told();
  told.take(record(a, 100, 0, 0));
  told.take(record(b, 5, 0, 1));
  told.take(record(a, 100, 0, 0), record(c, 101, 0, 0), record(b, 5, 0, 1), record(d, 6, 0, 1));
  expect(told.acts).toEqual(['a', 'b', 'c', 'd']);
});

describe('a chain is anchored', () => {
  test('a minute after it moved on, once', () => {
    const told = new Told();
    expect(nextDeadline(told.chain)).toBeUndefined();
    told.due(min(5));
    told.takeAt(min(10), record(a, 0));
    told.takeAt(min(10.5), record(b, 1));
    expect(nextDeadline(told.chain)).toBe(min(11));
    told.due(min(11) - 1);
    expect(told.anchors).toEqual([]);
    told.due(min(11));
    told.due(min(12));
    expect(told.anchors).toEqual([headOf(told.chain)]);
    expect(nextDeadline(told.chain)).toBeUndefined();
    expect(told.chain).toMatchObject({ length: 2, anchored: 2 });
  });

  test('at every thousandth link, without waiting', () => {
    const told = new Told();
    told.take(...acts(2 * ANCHOR_EVERY_LINKS + 1).map((act, i) => record(act, i)));
    expect(told.anchors.map(({ index }) => index)).toEqual([ANCHOR_EVERY_LINKS, 2 * ANCHOR_EVERY_LINKS]);
    expect(verify(UNIT, told.links, { anchors: told.anchors })).toMatchObject({ anchors: 2, fault: undefined });
    expect(nextDeadline(told.chain)).toBe(min(1));
  });

  test('not again for a repeat', () => {
    const told = new Told();
    told.take(record(a, 0));
    told.due(min(1));
    told.takeAt(min(2), record(a, 0), record(a, 1));
    expect(nextDeadline(told.chain)).toBeUndefined();
  });
});
