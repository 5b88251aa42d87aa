import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SequenceGate } from './sequence.ts';

test('whatever an owner of the outbox sends again, each event passes once and in order', () => {
  // A relay starts anywhere at or before what was sent, and sends on in order.
  const starts = fc.array(fc.nat(30), { maxLength: 10 });
  fc.assert(
    fc.property(starts, (positions) => {
      const gate = new SequenceGate();
      const passed: number[] = [];
      let sent = 0;
      for (const position of positions) {
        for (let sequence = Math.min(position, sent) + 1; sequence <= sent + 3; sequence++)
          if (gate.isNew('k', sequence)) {
            passed.push(sequence);
            gate.passed('k', sequence);
          }
        sent += 3;
      }
      expect(passed).toEqual(Array.from({ length: sent }, (_, i) => i + 1));
    }),
  );
});

test('records without a sequence always pass', () => {
  const gate = new SequenceGate();
  gate.passed('k', undefined);
  expect(gate.isNew('k', undefined)).toBe(true);
});
