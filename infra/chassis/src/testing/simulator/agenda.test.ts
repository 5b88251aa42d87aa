import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Agenda } from './agenda.ts';

test('whatever is written down and taken in between, the earliest comes first, and of equals the first written', () => {
  const writing = fc.record({ writes: fc.array(fc.nat(5), { maxLength: 8 }), takes: fc.nat(6) });
  fc.assert(
    fc.property(fc.array(writing, { maxLength: 30 }), (rounds) => {
      const agenda = new Agenda();
      const waiting: { at: number; order: number }[] = [];
      const taken: number[] = [];
      const expected: number[] = [];
      let order = 0;
      for (const { writes, takes } of [...rounds, { writes: [], takes: 300 }]) {
        for (const at of writes) {
          const own = order++;
          waiting.push({ at, order: own });
          agenda.add(at, () => taken.push(own));
        }
        for (let i = 0; i < takes; i++) {
          waiting.sort((a, b) => a.at - b.at || a.order - b.order);
          expect(agenda.nextAt).toBe(waiting[0]?.at ?? Number.POSITIVE_INFINITY);
          const next = waiting.shift();
          if (next) expected.push(next.order);
          agenda.take()?.();
        }
        expect(agenda.size).toBe(waiting.length);
      }
      expect(taken).toEqual(expected);
    }),
  );
});
